#include "services/memory/domain/deal_past.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/memory/domain/facts_for_tests.h"

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

deal::Blocker Price(int steps) {
  deal::Blocker blocker{.id = "price:licence"};
  for (int i = 1; i <= steps; ++i) {
    blocker.history.push_back({.status = deal::BlockerStatus::kRaised,
                               .at = Day(1, 1) + absl::Hours(i),
                               .evidence = {.call_id = absl::StrCat("c", i)}});
  }
  return blocker;
}

deal::DealState DealOf(int calls) {
  deal::DealState deal{.blockers = {Price(calls)}};
  for (int i = 1; i <= calls; ++i) deal.timeline.push_back({.call_id = absl::StrCat("c", i)});
  return deal;
}

std::vector<std::string> CallsOf(const deal::Blocker& blocker) {
  std::vector<std::string> calls;
  for (const deal::BlockerTransition& step : blocker.history) {
    calls.push_back(step.evidence.call_id);
  }
  return calls;
}

std::vector<std::string> CallsOf(const deal::DealState& deal) {
  std::vector<std::string> calls;
  for (const deal::TimelineEntry& entry : deal.timeline) calls.push_back(entry.call_id);
  return calls;
}

TEST(DealPastTest, AShortDealHasNoPast) {
  deal::DealState deal = DealOf(8);
  EXPECT_TRUE(IsEmpty(TakePast(&deal)));
  EXPECT_THAT(deal.blockers[0].history, SizeIs(8));
  EXPECT_THAT(deal.timeline, SizeIs(8));
}

TEST(DealPastTest, ALongOneIsHowItBeganAndWhereItStands) {
  deal::DealState deal = DealOf(30);
  deal.blockers.push_back({.id = "legal:terms", .history = Price(2).history});
  const deal::DealState past = TakePast(&deal);
  EXPECT_THAT(CallsOf(deal.blockers[0]),
              ElementsAre("c1", "c24", "c25", "c26", "c27", "c28", "c29", "c30"));
  EXPECT_THAT(CallsOf(deal.blockers[1]), ElementsAre("c1", "c2"));
  EXPECT_THAT(CallsOf(deal), ElementsAre("c23", "c24", "c25", "c26", "c27", "c28", "c29", "c30"));
  EXPECT_THAT(past.blockers, SizeIs(1));
  EXPECT_EQ(CallsOf(past.blockers[0]).front(), "c2");
  EXPECT_EQ(CallsOf(past).back(), "c22");
}

TEST(DealPastTest, WhatWasTakenCallByCallGoesBackToItsPlace) {
  const deal::DealState whole = DealOf(50);
  deal::DealState deal;
  std::vector<deal::DealState> past;
  for (size_t i = 0; i < 50; ++i) {
    // As an analysis tells it, a step that was known long ago comes with the new one.
    if (i == 0) deal.blockers = {{.id = "price:licence"}};
    auto& history = deal.blockers[0].history;
    if (i == 40) history.insert(history.begin() + 1, whole.blockers[0].history[3]);
    history.push_back(whole.blockers[0].history[i]);
    deal.timeline.push_back(whole.timeline[i]);
    past.push_back(TakePast(&deal));
  }
  EXPECT_THAT(deal.blockers[0].history, SizeIs(kMaxStepsInBrief));
  PutBack(past, &deal);
  EXPECT_EQ(CallsOf(deal.blockers[0]), CallsOf(whole.blockers[0]));
  EXPECT_EQ(CallsOf(deal), CallsOf(whole));
}

}  // namespace
}  // namespace throughline::memory
