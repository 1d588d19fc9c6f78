#include "services/router/domain/recent_drafts.h"

#include <gtest/gtest.h>

namespace throughline::router {
namespace {

constexpr absl::Duration kDraft = absl::Milliseconds(10);
constexpr absl::Duration kStrongest = absl::Milliseconds(30);

Request CallRequest(bool goes_on) {
  Request request{.task = TaskKind::kAnalyzeCall};
  request.call.emplace();
  if (goes_on) request.call->known.blockers.push_back({.id = "b1"});
  return request;
}

Decision Drafted(bool accepted) {
  Decision decision{.task = TaskKind::kAnalyzeCall,
                    .outcome = accepted ? DecisionOutcome::kAccepted : DecisionOutcome::kEscalated};
  decision.attempts.push_back({.role = AttemptRole::kDraft, .latency = kDraft});
  if (!accepted) {
    decision.attempts.push_back({.role = AttemptRole::kEscalation, .latency = kStrongest});
  }
  return decision;
}

class RecentDraftsTest : public ::testing::Test {
 protected:
  void Observe(const Request& request, size_t accepted, size_t rejected) {
    for (size_t i = 0; i < accepted; ++i) drafts_.Observe(request, Drafted(true));
    for (size_t i = 0; i < rejected; ++i) drafts_.Observe(request, Drafted(false));
  }
  int SkippedOf100(const Request& request) {
    int skipped = 0;
    for (int i = 0; i < 100; ++i) skipped += drafts_.ShouldSkip(request) ? 1 : 0;
    return skipped;
  }

  RecentDrafts drafts_;
  const Request first_ = CallRequest(false);
  const Request later_ = CallRequest(true);
};

TEST_F(RecentDraftsTest, ARejectedDraftIsTimeLostSoSuchDraftsAreSkippedAllButAFew) {
  Observe(later_, 0, RecentDrafts::kFewest - 1);
  EXPECT_EQ(SkippedOf100(later_), 0) << "too few to say";
  Observe(later_, 0, 1);
  EXPECT_EQ(SkippedOf100(later_), 90);
  EXPECT_EQ(SkippedOf100(first_), 0) << "first calls are another matter";
}

TEST_F(RecentDraftsTest, DraftsThatSaveMoreTimeThanTheyTakeAreMade) {
  // A third accepted saves as much as all take: no clear loss.
  Observe(later_, 20, 40);
  EXPECT_EQ(SkippedOf100(later_), 0);
  Observe(later_, 0, 20);
  EXPECT_EQ(SkippedOf100(later_), 90);
  // The few that are made all the same find out when they hold again.
  Observe(later_, RecentDrafts::kWindow, 0);
  EXPECT_EQ(SkippedOf100(later_), 0);
}

TEST_F(RecentDraftsTest, WhereModelsCostMoneyTimeDecidesNothing) {
  Decision paid = Drafted(false);
  paid.cost.nano_usd = 10;
  paid.baseline_cost.nano_usd = 9;
  for (size_t i = 0; i < RecentDrafts::kFewest; ++i) drafts_.Observe(later_, paid);
  EXPECT_EQ(SkippedOf100(later_), 0);
}

}  // namespace
}  // namespace throughline::router
