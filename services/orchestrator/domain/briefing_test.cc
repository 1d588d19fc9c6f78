#include "services/orchestrator/domain/briefing.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace throughline::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

deal::Blocker BlockerOf(int steps) {
  deal::Blocker blocker{.id = "price:licence"};
  for (int i = 1; i <= steps; ++i) {
    blocker.history.push_back({.evidence = {.call_id = absl::StrCat("c", i)}});
  }
  return blocker;
}

std::vector<std::string> CallsOf(const deal::Blocker& blocker) {
  std::vector<std::string> calls;
  for (const deal::BlockerTransition& step : blocker.history) {
    calls.push_back(step.evidence.call_id);
  }
  return calls;
}

TEST(BriefingTest, AShortDealIsToldWhole) {
  const deal::DealState told =
      Brief({.blockers = {BlockerOf(8)}, .timeline = std::vector<deal::TimelineEntry>(8)});
  EXPECT_THAT(told.blockers.at(0).history, SizeIs(8));
  EXPECT_THAT(told.timeline, SizeIs(8));
}

TEST(BriefingTest, ALongOneByHowItBeganAndWhereItStands) {
  deal::DealState deal{.blockers = {BlockerOf(300), BlockerOf(2)}};
  for (int i = 1; i <= 300; ++i) deal.timeline.push_back({.call_id = absl::StrCat("c", i)});
  const deal::DealState told = Brief(deal);
  EXPECT_THAT(CallsOf(told.blockers.at(0)),
              ElementsAre("c1", "c294", "c295", "c296", "c297", "c298", "c299", "c300"));
  EXPECT_THAT(CallsOf(told.blockers.at(1)), ElementsAre("c1", "c2"));
  EXPECT_THAT(told.timeline, SizeIs(kMaxCallsTold));
  EXPECT_EQ(told.timeline.front().call_id, "c293");
}

}  // namespace
}  // namespace throughline::orchestrator
