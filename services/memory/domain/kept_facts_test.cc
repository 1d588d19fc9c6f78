#include "services/memory/domain/kept_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace throughline::memory {
namespace {

using ::testing::Each;
using ::testing::IsNull;
using ::testing::NotNull;

SharedFact FactAt(uint32_t position) {
  return std::make_shared<const deal::Fact>(deal::Fact{
      .id = absl::StrCat("fact-", position),
      .text = absl::StrCat("The driver team approved item ", position, " before the review."),
      .evidence = {{.call_id = "call-1", .speaker = "Ann Lee", .quote = "we approved it"}}});
}

TEST(KeptFactsTest, GivesWhatItKeepsInTheOrderAskedFor) {
  KeptFacts kept(100'000);
  kept.Keep({7, 3}, {FactAt(7), FactAt(3)});
  const std::vector<SharedFact> found = kept.Find({3, 5, 7});
  ASSERT_THAT(found[0], NotNull());
  EXPECT_EQ(found[0]->id, "fact-3");
  EXPECT_THAT(found[1], IsNull());
  ASSERT_THAT(found[2], NotNull());
  EXPECT_EQ(found[2]->id, "fact-7");
}

TEST(KeptFactsTest, KeepsTheFirstThatThereIsRoomFor) {
  KeptFacts kept(20'000);
  for (uint32_t position = 0; position < 500; ++position) {
    kept.Keep({position}, {FactAt(position)});
    EXPECT_LE(kept.bytes(), kept.max_bytes());
  }
  EXPECT_THAT(kept.Find({0, 1, 2}), Each(NotNull()));
  EXPECT_THAT(kept.Find({498, 499}), Each(IsNull()));
  EXPECT_GT(kept.bytes(), kept.max_bytes() / 2);
}

TEST(KeptFactsTest, KeepsNothingThereIsNoRoomFor) {
  KeptFacts kept(1000);
  deal::Fact large{.text = std::string(5000, 'x')};
  kept.Keep({1}, {std::make_shared<const deal::Fact>(std::move(large))});
  EXPECT_THAT(kept.Find({1})[0], IsNull());
  EXPECT_EQ(kept.bytes(), 0u);
}

}  // namespace
}  // namespace throughline::memory
