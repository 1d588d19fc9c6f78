#include "services/router/domain/extractive/language/sentence_model.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

SentenceScores Read(const std::string& text) {
  const Reading reading = ReadTurn(text);
  return BuiltinSentenceModel().Score(reading, reading.sentences[0]);
}

template <typename Row>
size_t Largest(const Row& row) {
  return std::max_element(row.begin(), row.end()) - row.begin();
}

TEST(SentenceFeatures, WordsPairsAndBeginningsEachOnce) {
  const Reading reading = ReadTurn("Price, price.");
  const std::vector<std::string> expected = {"b:<_price", "b:price_>", "b:price_price",
                                             "t:<_price", "t:price_>", "w:price"};
  EXPECT_EQ(SentenceFeatures(reading, reading.sentences[0]), expected);
}

TEST(SentenceModel, ScoresAreProbabilities) {
  const SentenceScores scores = Read("Quite unheard-of syllables.");
  EXPECT_NEAR(std::accumulate(scores.act.begin(), scores.act.end(), 0.0F), 1, 1e-4);
  EXPECT_NEAR(std::accumulate(scores.subject.begin(), scores.subject.end(), 0.0F), 1, 1e-4);
}

TEST(SentenceModel, TheBuiltinOneTellsActsAndSubjectsApart) {
  const SentenceScores dear = Read("Your price is far too high for a firm of our size.");
  EXPECT_EQ(Largest(dear.act), static_cast<size_t>(Act::kRaise));
  EXPECT_EQ(Largest(dear.subject), 0U);
  EXPECT_EQ(Largest(Read("The auditors' question is settled, take it off the list.").act),
            static_cast<size_t>(Act::kSettle));
}

TEST(SentenceModel, ABrokenFileNamesItsLine) {
  const auto parsed = SentenceModel::Parse("bias\t0:1\nw:price\t99:3\n");
  ASSERT_FALSE(parsed.ok());
  EXPECT_NE(parsed.status().message().find("line 2"), absl::string_view::npos);
}

}  // namespace
}  // namespace throughline::router::extractive
