#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "services/orchestrator/store/sql_retention.h"
#include "services/orchestrator/store/stored_calls_for_tests.h"

namespace throughline::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class RetentionTest : public StoredCallsTest {
 protected:
  void DeliverAll() {
    while (true) {
      auto delivery = deliveries_.Claim(Of("acme"), clock_.Now() + absl::Minutes(1));
      ASSERT_OK(delivery.status());
      if (!delivery->has_value()) return;
      ASSERT_OK(deliveries_.Made(Of("acme"), **delivery, {.http_status = 200}));
    }
  }
  absl::Time DaysAgo(int days) const { return clock_.Now() - absl::Hours(24) * days; }
  int64_t EraseAll(const std::string& tenant, absl::string_view kind, absl::Time before) {
    int64_t erased = 0;
    while (true) {
      const auto batch = retention_.Erase(Of(tenant), kind, before, 2);
      EXPECT_OK(batch.status());
      erased += batch.ok() ? batch->erased : 0;
      if (!batch.ok() || !batch->more) return erased;
    }
  }
  SqlRetention retention_{*database_};
};

TEST_P(RetentionTest, ACallGoesWithAllThatWasKeptOfIt) {
  for (int days : {50, 40, 31, 30, 1}) Save(Key("acme", absl::StrCat("d", days)), DaysAgo(days));
  Save(Key("globex", "d50"), DaysAgo(50));
  DeliverAll();
  EXPECT_THAT(retention_.Tenants(Of("any")).value(), ElementsAre("acme", "globex"));
  EXPECT_THAT(retention_.Count(Of("acme"), retention::kCalls, DaysAgo(30)), IsOkAndHolds(3));
  EXPECT_EQ(EraseAll("acme", retention::kCalls, DaysAgo(30)), 3);
  EXPECT_THAT(Calls("acme"), ElementsAre("d30", "d1"));
  EXPECT_THAT(Calls("globex"), ElementsAre("d50")) << "another tenant's";
  EXPECT_THAT(jobs_.List(Of("acme"), {}, 100, "")->jobs, SizeIs(2));
  EXPECT_EQ(Deliveries(), 2u);
  EXPECT_THAT(retention_.Count(Of("acme"), retention::kCalls, DaysAgo(30)), IsOkAndHolds(0));
  // The same call again is a new one.
  Save(Key("acme", "d50"), DaysAgo(50));
  EXPECT_THAT(Calls("acme"), ElementsAre("d50", "d30", "d1"));
}

TEST_P(RetentionTest, WhatWasSentOfAFailedCallGoesAndWhatWaitsStays) {
  Submit(Key("acme", "failed"), DaysAgo(50), JobState::kFailed);
  const Job waiting = Submit(Key("acme", "waiting"), DaysAgo(49), JobState::kQueued);
  EXPECT_THAT(retention_.Count(Of("acme"), retention::kCalls, DaysAgo(30)), IsOkAndHolds(1));
  EXPECT_EQ(EraseAll("acme", retention::kCalls, DaysAgo(30)), 1);
  const auto left = jobs_.List(Of("acme"), {}, 100, "")->jobs;
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].id, waiting.id);
}

TEST_P(RetentionTest, JobsGoByWhenTheyEndedAndTheirCallsStay) {
  Save(Key("acme", "c1"), DaysAgo(400));
  clock_.Advance(absl::Hours(24 * 10));
  Save(Key("acme", "c2"), DaysAgo(400));
  EXPECT_EQ(EraseAll("acme", retention::kJobs, DaysAgo(5)), 1);
  EXPECT_THAT(jobs_.List(Of("acme"), {}, 100, "")->jobs, SizeIs(1));
  EXPECT_THAT(Calls("acme"), SizeIs(2));
}

TEST_P(RetentionTest, DeliveriesGoOnceTheyHaveEnded) {
  Save(Key("acme", "c1"), DaysAgo(1));
  DeliverAll();
  Save(Key("acme", "c2"), DaysAgo(1));
  clock_.Advance(absl::Hours(24 * 10));
  EXPECT_EQ(EraseAll("acme", retention::kDeliveries, DaysAgo(5)), 1);
  const auto left = deliveries_.List(Of("acme"), {}, 100, "")->deliveries;
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].state, DeliveryState::kWaiting) << "what has yet to be told is told";
}

INSTANTIATE_TEST_SUITE_P(AllDatabases, RetentionTest, testing::ValuesIn(AllDatabases()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace throughline::orchestrator
