#include "services/analyst/domain/reconcile.h"

#include <gmock/gmock.h>

namespace throughline::analyst {
namespace {

using deal::BlockerCategory;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

deal::Blocker Open(BlockerCategory category, std::string object) {
  return {.category = category, .object = std::move(object)};
}

deal::Analysis SecurityBlocks() {
  deal::Analysis analysis;
  analysis.open_blockers = {Open(BlockerCategory::kSecurity, "pen test")};
  analysis.primary_blocker = analysis.open_blockers[0];
  analysis.resolved_blockers = {Open(BlockerCategory::kPrice, "monthly price")};
  analysis.decision_makers = {{.name = "Sarah Chen"}};
  analysis.follow_up.recipient = "Sarah Chen";
  analysis.stage = deal::JourneyStage::kEvaluation;
  analysis.confidence = 0.6;
  return analysis;
}

TEST(ReconcileTest, AgreementRaisesConfidenceHalfTheWay) {
  deal::Analysis engine = SecurityBlocks();
  engine.decision_makers = {{.name = "Sarah"}};
  const Reconciliation both = Reconcile(SecurityBlocks(), engine);
  EXPECT_THAT(both.disagreements, IsEmpty());
  EXPECT_THAT(
      both.agreements,
      ElementsAre(ReadingPoint::kSalesCall, ReadingPoint::kPrimaryBlocker,
                  ReadingPoint::kOpenBlockers, ReadingPoint::kSettledBlockers,
                  ReadingPoint::kDecisionMakers, ReadingPoint::kRecipient, ReadingPoint::kStage));
  EXPECT_DOUBLE_EQ(both.confidence, 0.8);
}

TEST(ReconcileTest, ADifferenceIsReportedAndLowersConfidence) {
  deal::Analysis engine = SecurityBlocks();
  engine.open_blockers = {Open(BlockerCategory::kLegal, "liability cap")};
  engine.primary_blocker = engine.open_blockers[0];
  engine.decision_makers = {{.name = "Paula Stein"}, {.name = "Sarah Chen"}};
  const Reconciliation both = Reconcile(SecurityBlocks(), engine);
  ASSERT_EQ(both.disagreements.size(), 3u);
  EXPECT_EQ(both.disagreements[0].point, ReadingPoint::kPrimaryBlocker);
  EXPECT_EQ(both.disagreements[0].model, "security: pen test");
  EXPECT_EQ(both.disagreements[0].engine, "legal: liability cap");
  EXPECT_EQ(both.disagreements[2].point, ReadingPoint::kDecisionMakers);
  EXPECT_EQ(both.disagreements[2].model, "");
  EXPECT_EQ(both.disagreements[2].engine, "Paula Stein");
  EXPECT_LT(both.confidence, Reconcile(SecurityBlocks(), SecurityBlocks()).confidence);
}

TEST(ReconcileTest, WhereOneIsSilentOnPeopleThereIsNothingToCompare) {
  deal::Analysis engine = SecurityBlocks();
  engine.decision_makers.clear();
  engine.follow_up.recipient.clear();
  engine.stage = deal::JourneyStage::kUnspecified;
  const Reconciliation both = Reconcile(SecurityBlocks(), engine);
  EXPECT_THAT(both.disagreements, IsEmpty());
  EXPECT_THAT(both.agreements, Not(Contains(ReadingPoint::kDecisionMakers)));
}

TEST(ReconcileTest, WhetherItIsASaleSettlesTheRest) {
  deal::Analysis other;
  other.is_sales_call = false;
  const Reconciliation both = Reconcile(SecurityBlocks(), other);
  EXPECT_THAT(both.agreements, IsEmpty());
  ASSERT_EQ(both.disagreements.size(), 1u);
  EXPECT_EQ(both.disagreements[0].point, ReadingPoint::kSalesCall);
  EXPECT_DOUBLE_EQ(both.confidence, 0.3);
}

}  // namespace
}  // namespace throughline::analyst
