#include "services/router/domain/extractive/language/tokens.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/router/domain/extractive/language/clause.h"

namespace throughline::router::extractive {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<std::string> Texts(absl::string_view text) {
  std::vector<std::string> words;
  for (const Token& token : Tokenize(text)) words.push_back(token.text);
  return words;
}

TEST(Tokenize, OpensContractionsAndDropsHesitation) {
  EXPECT_THAT(Texts("I can't, uh, say Ann's plan isn't good"),
              ElementsAre("i", "can", "not", "say", "ann", "'s", "plan", "is", "not", "good"));
}

TEST(Tokenize, OpensContractionsThatHaveNoApostrophe) {
  EXPECT_THAT(Texts("Cannot. I'm gonna, he's gotta, we wanna; y'all let's go"),
              ElementsAre("can", "not", "i", "am", "going", "to", "he", "is", "got", "to", "we",
                          "want", "to", "you", "all", "let", "us", "go"));
}

TEST(Tokenize, ReadsTypographicApostrophesLikePlainOnes) {
  EXPECT_EQ(Texts("it\xE2\x80\x99s fine"), Texts("it's fine"));
}

TEST(Tokenize, KeepsAmountsTogetherAndSplitsHyphens) {
  EXPECT_THAT(Texts("$12,500 on-prem, 15%"), ElementsAre("$12500", "on", "prem", "15", "percent"));
}

TEST(Tokenize, OffsetsPointIntoTheText) {
  const std::string text = "Well, we won't sign.";
  for (const Token& token : Tokenize(text)) ASSERT_LE(token.end, text.size());
  const std::vector<Token> tokens = Tokenize(text);
  EXPECT_EQ(text.substr(tokens[2].begin, tokens[2].end - tokens[2].begin), "won't");
}

TEST(Stem, MeetsInflectedForms) {
  EXPECT_EQ(Stem("guarantees"), Stem("guaranteed"));
  EXPECT_EQ(Stem("integration"), Stem("integrations"));
  EXPECT_EQ(Stem("approved"), Stem("approving"));
}

TEST(ReadTurn, CutsSentencesAndClausesIntoVerbatimSpans) {
  const std::string text =
      "Dr. Lim approved it on p.m. paper. It costs 4.60, but we like it? Fine.";
  const Reading reading = ReadTurn(text);
  ASSERT_EQ(reading.sentences.size(), 3u);
  EXPECT_EQ(Quote(text, reading.sentences[1].span), "It costs 4.60, but we like it?");
  EXPECT_TRUE(reading.sentences[1].question);
  EXPECT_EQ(
      Quote(text, reading.clauses[ClauseOf(reading, reading.sentences[2].span.first_token)].span),
      "Fine.");
}

TEST(ReadTurn, ASentenceWithoutEndIsCut) {
  std::string clauses;
  std::string words;
  for (int i = 0; i < 1000; ++i) clauses += "we like it a lot, and ";
  for (int i = 0; i < 1000; ++i) words += "word ";
  EXPECT_THAT(ReadTurn(clauses).sentences, SizeIs(::testing::Gt(20)));
  for (const std::string& text : {clauses, words}) {
    for (const Sentence& sentence : ReadTurn(text).sentences) {
      EXPECT_LE(sentence.span.last_token - sentence.span.first_token, 400);
    }
  }
}

TEST(ReadTurn, EmptyTextHasNoSentences) {
  EXPECT_TRUE(ReadTurn("").sentences.empty());
  EXPECT_TRUE(ReadTurn("... -- !!").sentences.empty());
}

}  // namespace
}  // namespace throughline::router::extractive
