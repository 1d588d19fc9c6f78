#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "common/base/errors.h"
#include "common/base/task.h"
#include "common/base/timers.h"
#include "common/testing/status_matchers.h"
#include "services/orchestrator/domain/erasure.h"
#include "services/orchestrator/domain/fakes_for_tests.h"
#include "services/orchestrator/store/sql_erasure.h"
#include "services/orchestrator/store/stored_calls_for_tests.h"

namespace throughline::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ErasureTest : public StoredCallsTest {
 protected:
  absl::StatusOr<Erased> Forget(const CallKey& key, absl::Duration budget = absl::Minutes(1)) {
    return Wait(erasure_.Forget(Of(key.tenant).WithBudget(budget), key));
  }
  absl::Time Today() const { return clock_.Now(); }
  size_t Jobs(const std::string& tenant) {
    return jobs_.List(Of(tenant), {}, 100, "")->jobs.size();
  }
  // Whether a caller who waits gets the customer's turn.
  bool Begin(const CallKey& key) {
    const auto begun = jobs_.Begin(Of(key.tenant), JobOf(key, Today()), {}, Resubmission::kKeep,
                                   clock_.Now() + absl::Minutes(1));
    EXPECT_OK(begun.status());
    if (begun.ok() && begun->ours) running_ = begun->job;
    return begun.ok() && begun->ours;
  }
  void EndRunning(JobState state) {
    ASSERT_OK(jobs_.Release(Of(running_->call.tenant), *running_, state, "", clock_.Now()));
  }

  const CallKey customer_ = Key("acme", "");
  std::optional<Job> running_;
  Timers timers_;
  FakeMemory memory_;
  SqlErasure store_{*database_};
  FakeRouter router_;
  Erasure erasure_{store_, memory_, router_, timers_};
};

TEST_P(ErasureTest, ACustomerGoesWithEveryCallAndNobodyElse) {
  for (const char* call : {"c1", "c2"}) Save(Key("acme", call), Today());
  Submit(Key("acme", "failed"), Today(), JobState::kFailed);
  Submit(Key("acme", "waiting"), Today(), JobState::kQueued);
  Save(Key("acme", "c1", "globex"), Today());
  Save(Key("other", "c1"), Today());
  memory_.Know("meridian", {.receipt_id = "r", .facts = 7});

  ASSERT_OK_AND_ASSIGN(const Erased erased, Forget(customer_));
  EXPECT_EQ(erased.memory.receipt_id, "r");
  EXPECT_EQ(erased.memory.facts, 7);
  EXPECT_EQ(erased.calls.calls, 2);
  EXPECT_EQ(erased.calls.jobs, 4);
  EXPECT_EQ(erased.calls.deliveries, 2);
  EXPECT_THAT(Calls("acme"), IsEmpty());
  EXPECT_THAT(Calls("acme", "globex"), ElementsAre("c1"));
  EXPECT_THAT(Calls("other"), ElementsAre("c1")) << "another tenant's, of the same name";
  EXPECT_EQ(Jobs("acme"), 1u);
  EXPECT_EQ(Deliveries(), 1u);
  EXPECT_THAT(memory_.forgotten(), ElementsAre("meridian"));
  EXPECT_THAT(router_.forgotten, ElementsAre("meridian/"));
  // What comes now is new.
  Save(Key("acme", "c1"), Today());
  EXPECT_THAT(Calls("acme"), ElementsAre("c1"));
}

TEST_P(ErasureTest, OfACallOnlyThatOneGoes) {
  for (const char* call : {"c1", "c2"}) Save(Key("acme", call), Today());
  Submit(Key("acme", "waiting"), Today(), JobState::kQueued);
  ASSERT_OK_AND_ASSIGN(const Erased erased, Forget(Key("acme", "c1")));
  EXPECT_EQ(erased.calls.calls, 1);
  EXPECT_EQ(erased.calls.jobs, 1);
  EXPECT_FALSE(erased.memory.receipt_id.empty()) << "memory had nothing of it";
  EXPECT_THAT(Calls("acme"), ElementsAre("c2"));
  EXPECT_EQ(jobs_.Get(Of("acme"), JobId(Key("acme", "waiting")))->state, JobState::kQueued);
}

TEST_P(ErasureTest, WhatIsNotThereIsSaid) {
  Save(Key("acme", "c1", "globex"), Today());
  EXPECT_THAT(Forget(customer_),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("customer \"meridian\"")));
  EXPECT_THAT(Forget(Key("acme", "c9", "globex")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("call \"c9\"")));
  EXPECT_TRUE(Begin(Key("acme", "c2"))) << "the turn was given back";
}

TEST_P(ErasureTest, ACallThatRunsIsAskedToStopAndWaitedFor) {
  ASSERT_TRUE(Begin(Key("acme", "c1")));
  Submit(Key("acme", "c2"), Today(), JobState::kQueued);
  ASSERT_OK(store_.CancelJobs(Of("acme"), customer_));
  EXPECT_EQ(jobs_.Get(Of("acme"), JobId(Key("acme", "c2")))->state, JobState::kCancelled);
  EXPECT_THAT(jobs_.Renew(Of("acme"), clock_.Now() + absl::Minutes(1), {{.job = *running_}}),
              IsOkAndHolds(ElementsAre(running_->id)));
  const absl::Time lease_until = clock_.Now() + absl::Minutes(1);
  EXPECT_THAT(store_.TakeTurn(Of("acme"), customer_, "eraser", lease_until), IsOkAndHolds(false));
  EXPECT_THAT(store_.Erase(Of("acme"), customer_, "eraser").status(),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(Jobs("acme"), 2u);
  EndRunning(JobState::kCancelled);
  EXPECT_OK(Forget(customer_).status());
  EXPECT_EQ(Jobs("acme"), 0u);
}

TEST_P(ErasureTest, NoCallBeginsWhileItsCustomerIsErased) {
  Save(Key("acme", "c1"), Today());
  const absl::Time lease_until = clock_.Now() + absl::Minutes(1);
  ASSERT_THAT(store_.TakeTurn(Of("acme"), customer_, "eraser", lease_until), IsOkAndHolds(true));
  EXPECT_FALSE(Begin(Key("acme", "c2")));
  EXPECT_FALSE(jobs_.Claim(Of("acme"), lease_until)->has_value());
  ASSERT_OK(store_.GiveBack(Of("acme"), customer_, "eraser"));
  EXPECT_TRUE(Begin(Key("acme", "c2"))) << "it had waited";
}

TEST_P(ErasureTest, AnEraserThatDiedHoldsNobodyUpForLong) {
  Submit(Key("acme", "c1"), Today(), JobState::kFailed);
  const absl::Time lease_until = clock_.Now() + absl::Minutes(1);
  ASSERT_THAT(store_.TakeTurn(Of("acme"), customer_, "eraser", lease_until), IsOkAndHolds(true));
  Submit(Key("acme", "c2"), Today(), JobState::kQueued);
  EXPECT_FALSE(jobs_.Claim(Of("acme"), lease_until)->has_value());
  clock_.Advance(absl::Minutes(2));
  const absl::Time later = clock_.Now() + absl::Minutes(1);
  EXPECT_FALSE(jobs_.Claim(Of("acme"), later)->has_value()) << "the turn is freed";
  EXPECT_TRUE(jobs_.Claim(Of("acme"), later)->has_value());
}

TEST_P(ErasureTest, WithoutTheOthersNothingIsErasedAndTheSameAgainErases) {
  Save(Key("acme", "c1"), Today());
  memory_.forget_error = absl::UnavailableError("memory is away");
  EXPECT_THAT(Forget(customer_), StatusIs(absl::StatusCode::kUnavailable));
  memory_.forget_error = absl::OkStatus();
  router_.error = absl::UnavailableError("router is away");
  EXPECT_THAT(Forget(customer_), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Calls("acme"), SizeIs(1));
  router_.error = absl::OkStatus();
  EXPECT_OK(Forget(customer_).status());
  EXPECT_THAT(Calls("acme"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(AllDatabases, ErasureTest, testing::ValuesIn(AllDatabases()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace throughline::orchestrator
