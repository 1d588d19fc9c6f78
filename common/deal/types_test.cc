#include "common/deal/types.h"

#include <gtest/gtest.h>

#include <set>

#include "common/deal/names.h"

namespace throughline::deal {
namespace {

TEST(BlockerIdTest, IsReadableAndStable) {
  EXPECT_EQ(BlockerId(BlockerCategory::kCompliance, "EU data residency guarantee"),
            "compliance:eu-data-residency-guarantee");
}

TEST(BlockerIdTest, FoldsCasePunctuationAndBlanks) {
  EXPECT_EQ(BlockerId(BlockerCategory::kSecurity, "  SOC 2, Type-2 (report) "),
            "security:soc-2-type-2-report");
}

TEST(BlockerIdTest, KeepsWordsOfOtherScripts) {
  EXPECT_EQ(BlockerId(BlockerCategory::kLegal, "Verträge"), "legal:verträge");
}

TEST(BlockerIdTest, WithoutAnObjectTheCategoryAlone) {
  EXPECT_EQ(BlockerId(BlockerCategory::kPrice, " ?! "), "price");
}

TEST(BlockerStatusTest, OpenUntilResolvedOrWithdrawn) {
  EXPECT_TRUE(IsOpen(BlockerStatus::kRaised));
  EXPECT_TRUE(IsOpen(BlockerStatus::kBeingAddressed));
  EXPECT_TRUE(IsOpen(BlockerStatus::kReopened));
  EXPECT_FALSE(IsOpen(BlockerStatus::kResolved));
  EXPECT_FALSE(IsOpen(BlockerStatus::kWithdrawn));
  EXPECT_FALSE(IsOpen(BlockerStatus::kUnspecified));
}

TEST(NamesTest, EveryCategoryHasItsOwnWord) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(BlockerCategory::kNone); ++i) {
    names.insert(std::string(Name(static_cast<BlockerCategory>(i))));
  }
  EXPECT_EQ(names.size(), 15u);
  EXPECT_EQ(Name(BlockerCategory::kChangeManagement), "change_management");
}

TEST(NamesTest, TheLastValueOfEachEnumIsNamed) {
  EXPECT_EQ(Name(BlockerStatus::kReopened), "reopened");
  EXPECT_EQ(Name(StakeholderRole::kGatekeeper), "gatekeeper");
  EXPECT_EQ(Name(JourneyStage::kStalled), "stalled");
  EXPECT_EQ(Name(FactKind::kVerbatim), "verbatim");
}

TEST(NamesTest, NumbersOutOfRangeAreUnspecified) {
  EXPECT_EQ(Name(static_cast<JourneyStage>(99)), "unspecified");
  EXPECT_EQ(Name(static_cast<JourneyStage>(-1)), "unspecified");
}

}  // namespace
}  // namespace throughline::deal
