#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/errors.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "services/orchestrator/store/sql_job_store.h"
#include "services/orchestrator/store/stores_for_tests.h"

// What every store of jobs must do, on SQLite and on PostgreSQL.
namespace throughline::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kMaxUnfinished = 4;
constexpr absl::Duration kLease = absl::Minutes(1);

class JobStoreTest : public testing::TestWithParam<DatabaseKind> {
 protected:
  // A process among those that share the store.
  std::unique_ptr<SqlJobStore> Process(const std::string& owner, int room = kMaxUnfinished) {
    return std::make_unique<SqlJobStore>(
        *database_, SqlJobStore::Options{.owner = owner, .max_unfinished = room});
  }

  // A job for a call of `day` March.
  Job MakeJob(const std::string& customer, const std::string& call, int day,
              const std::string& digest = "digest") {
    return {.id = absl::StrCat("job-", customer, "-", call),
            .call = {.tenant = "default", .customer_id = customer, .call_id = call},
            .occurred_at = absl::FromCivil(absl::CivilDay(2026, 3, day), absl::UTCTimeZone()),
            .content_digest = digest,
            .created_at = clock_.Now()};
  }
  static CallSource Source(const std::string& customer) {
    return {.customer_id = customer, .transcript = std::string("A: Hello.\0\xff", 11)};
  }
  absl::StatusOr<Job> Add(const std::string& customer, const std::string& call, int day,
                          const std::string& digest = "digest") {
    return store_->Add(context_, MakeJob(customer, call, day, digest), Source(customer),
                       Resubmission::kKeep);
  }
  // Whether a caller who waits gets the turn.
  bool Begin(SqlJobStore& store, const std::string& customer, const std::string& call, int day,
             Resubmission resubmission = Resubmission::kRenew) {
    const auto begun = store.Begin(context_, MakeJob(customer, call, day), Source(customer),
                                   resubmission, clock_.Now() + kLease);
    EXPECT_OK(begun.status());
    if (begun.ok() && begun->ours) last_ = begun->job;
    return begun.ok() && begun->ours;
  }
  // The call of the job that is claimed, "" when none is due.
  std::string Claim(SqlJobStore& store) {
    const auto claimed = store.Claim(context_, clock_.Now() + kLease);
    EXPECT_OK(claimed.status());
    if (!claimed.ok() || !claimed->has_value()) return "";
    EXPECT_EQ((*claimed)->source.transcript, Source("").transcript);
    last_ = (*claimed)->job;
    return last_.call.call_id;
  }
  std::string Claim() { return Claim(*store_); }
  absl::Status Release(JobState state, absl::Duration delay = absl::ZeroDuration()) {
    return store_->Release(context_, last_, state, "why", clock_.Now() + delay);
  }
  JobState StateOf(const std::string& customer, const std::string& call) {
    return store_->Get(context_, absl::StrCat("job-", customer, "-", call)).value().state;
  }

  const DatabaseForTests files_{GetParam()};
  const std::unique_ptr<sql::SqlDatabase> database_ = files_.Open();
  FakeClock clock_;
  const Context context_{{.clock = &clock_}};
  const std::unique_ptr<SqlJobStore> store_ = Process("me");
  Job last_;
};

TEST_P(JobStoreTest, ACustomersCallsRunOneAtATimeInTheOrderOfTheirTime) {
  ASSERT_OK(Add("acme", "late", 9).status());
  ASSERT_OK(Add("acme", "early", 2).status());
  EXPECT_EQ(Claim(), "early");
  EXPECT_EQ(Claim(), "") << "another of the customer is running";
  ASSERT_OK(Release(JobState::kFailed));
  EXPECT_EQ(Claim(), "late");
}

TEST_P(JobStoreTest, CustomersDoNotWaitForEachOther) {
  ASSERT_OK(Add("acme", "a", 1).status());
  ASSERT_OK(Add("globex", "b", 1).status());
  const std::set<std::string> both = {Claim(), Claim()};
  EXPECT_EQ(both, (std::set<std::string>{"a", "b"}));
}

TEST_P(JobStoreTest, ACustomerWithManyCallsDoesNotStarveTheOthers) {
  ASSERT_OK(Add("big", "1", 1).status());
  ASSERT_OK(Add("big", "2", 2).status());
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(Add("small", "only", 1).status());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Claim(), "1");
  ASSERT_OK(Release(JobState::kFailed));
  EXPECT_EQ(Claim(), "only") << "who was served last comes after who has waited";
}

TEST_P(JobStoreTest, AJobThatFailedForNowWaitsAndHoldsUpTheLaterOnes) {
  ASSERT_OK(Add("acme", "a", 1).status());
  ASSERT_OK(Add("acme", "b", 2).status());
  EXPECT_EQ(Claim(), "a");
  ASSERT_OK(Release(JobState::kQueued, absl::Seconds(5)));
  EXPECT_EQ(Claim(), "");
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Claim(), "a");
  EXPECT_EQ(last_.attempts, 2);
  EXPECT_EQ(last_.error, "why");
}

TEST_P(JobStoreTest, AClockPutBackHoldsNothingUp) {
  const absl::Time before = clock_.Now();
  clock_.Set(before + absl::Hours(24));
  ASSERT_OK(Add("acme", "delayed", 1).status());
  EXPECT_EQ(Claim(), "delayed");
  ASSERT_OK(Release(JobState::kQueued, absl::Minutes(1)));
  EXPECT_TRUE(Begin(*Process("dead"), "globex", "abandoned", 1));
  EXPECT_EQ(Claim(), "");
  clock_.Set(before);
  EXPECT_EQ(Claim(), "abandoned");
  EXPECT_TRUE(Begin(*store_, "acme", "delayed", 1, Resubmission::kKeep));
}

TEST_P(JobStoreTest, ACallerWhoWaitsGetsTheTurnAtOnceOrWhenItComes) {
  EXPECT_TRUE(Begin(*store_, "acme", "now", 5));
  EXPECT_FALSE(Begin(*store_, "acme", "next", 6));
  ASSERT_OK(Release(JobState::kFailed));
  EXPECT_TRUE(Begin(*store_, "acme", "next", 6, Resubmission::kKeep));
  EXPECT_EQ(StateOf("acme", "next"), JobState::kRunning);
}

TEST_P(JobStoreTest, ACallerWhoWaitsDoesNotOvertakeEarlierCalls) {
  ASSERT_OK(Add("acme", "early", 2).status());
  EXPECT_FALSE(Begin(*store_, "acme", "late", 9));
  EXPECT_EQ(Claim(), "early");
  ASSERT_OK(Release(JobState::kFailed));
  EXPECT_EQ(Claim(), "late") << "whoever comes first may run it";
  EXPECT_FALSE(Begin(*store_, "acme", "late", 9, Resubmission::kKeep));
}

TEST_P(JobStoreTest, ADeadProcesssJobIsTakenOverWhenItsLeaseIsOver) {
  const auto dead = Process("dead");
  ASSERT_OK(Add("acme", "a", 1).status());
  EXPECT_EQ(Claim(*dead), "a");
  const Job begun = last_;
  EXPECT_EQ(Claim(), "");
  clock_.Advance(kLease + absl::Seconds(1));
  EXPECT_EQ(Claim(), "a");
  EXPECT_EQ(last_.attempts, 2);
  // What the first one says now counts no longer.
  ASSERT_OK(dead->Release(context_, begun, JobState::kFailed, "late", clock_.Now()));
  EXPECT_EQ(StateOf("acme", "a"), JobState::kRunning);
}

TEST_P(JobStoreTest, ALivingProcessKeepsItsTurns) {
  ASSERT_OK(Add("acme", "a", 1).status());
  EXPECT_EQ(Claim(), "a");
  const Job job = last_;
  clock_.Advance(kLease - absl::Seconds(1));
  ASSERT_OK(store_->Renew(context_, clock_.Now() + kLease, {{.job = job, .step = Step::kWrite}})
                .status());
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Claim(*Process("other")), "");
  ASSERT_OK_AND_ASSIGN(const Job kept, store_->Get(context_, job.id));
  EXPECT_EQ(kept.step, Step::kWrite);
}

TEST_P(JobStoreTest, ManyProcessesNeverRunTwoCallsOfACustomer) {
  constexpr int kCustomers = 5, kCallsEach = 8, kProcesses = 4;
  const auto roomy = Process("roomy", kCustomers * kCallsEach);
  for (int call = 0; call < kCallsEach; ++call) {
    for (int customer = 0; customer < kCustomers; ++customer) {
      const std::string name = absl::StrCat(customer);
      ASSERT_OK(roomy
                    ->Add(context_, MakeJob(name, absl::StrCat(call), 1 + call), Source(name),
                          Resubmission::kKeep)
                    .status());
    }
  }
  absl::Mutex mutex;
  std::map<std::string, std::vector<std::string>> order;
  std::set<std::string> running;
  std::vector<std::thread> threads;
  for (int i = 0; i < kProcesses; ++i) {
    threads.emplace_back([&, i] {
      const auto mine = Process(absl::StrCat("p", i));
      int idle = 0;
      while (idle < 200) {
        const auto claimed = mine->Claim(context_, clock_.Now() + kLease);
        ASSERT_OK(claimed.status());
        if (!claimed->has_value()) {
          ++idle;
          std::this_thread::yield();
          continue;
        }
        const Job job = (*claimed)->job;
        {
          absl::MutexLock lock(&mutex);
          EXPECT_TRUE(running.insert(job.call.customer_id).second);
          order[job.call.customer_id].push_back(job.call.call_id);
        }
        {
          absl::MutexLock lock(&mutex);
          running.erase(job.call.customer_id);
        }
        ASSERT_OK(mine->Release(context_, job, JobState::kFailed, "", clock_.Now()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(order, SizeIs(kCustomers));
  for (const auto& [customer, calls] : order) {
    EXPECT_THAT(calls, ElementsAre("0", "1", "2", "3", "4", "5", "6", "7")) << customer;
  }
}

// A process that ends hands over what it runs while it still begins more: nothing is left that runs
// nowhere.
TEST_P(JobStoreTest, WhatBeginsDuringAHandOverIsDueForTheOthers) {
  constexpr int kRounds = 20, kThreads = 4, kCallsEach = 5;
  const auto next = Process("next");
  for (int round = 0; round < kRounds; ++round) {
    const auto ending = Process(absl::StrCat("ending-", round), kThreads * kCallsEach);
    absl::Notification begun;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int call = 0; call < kCallsEach; ++call) {
          const std::string customer = absl::StrCat(round, "-", thread, "-", call);
          const Job job = MakeJob(customer, "call", 1);
          ASSERT_OK(ending
                        ->Begin(context_, job, Source(customer), Resubmission::kKeep,
                                clock_.Now() + kLease)
                        .status());
          if (thread == 0 && call == 0) begun.Notify();
          ASSERT_OK(ending->Release(context_, job, JobState::kQueued, "", clock_.Now()));
        }
      });
    }
    begun.WaitForNotification();
    EXPECT_OK(ending->HandOver(context_));
    for (std::thread& thread : threads) thread.join();
    for (int call = 0; call < kThreads * kCallsEach; ++call) {
      ASSERT_EQ(Claim(*next), "call") << "round " << round;
      ASSERT_OK(next->Release(context_, last_, JobState::kFailed, "", clock_.Now()));
    }
  }
}

TEST_P(JobStoreTest, TheSameCallIsOneJob) {
  ASSERT_OK(Add("acme", "a", 1).status());
  ASSERT_OK(Add("acme", "a", 1).status());
  ASSERT_OK_AND_ASSIGN(const JobPage page, store_->List(context_, {}, 10, ""));
  EXPECT_THAT(page.jobs, SizeIs(1));
  EXPECT_THAT(Add("acme", "a", 1, "other").status(),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("call_id")));
}

TEST_P(JobStoreTest, WhatFailedBeginsAnewWhenItIsSentAgain) {
  EXPECT_TRUE(Begin(*store_, "acme", "a", 1));
  ASSERT_OK(Release(JobState::kFailed));
  ASSERT_OK_AND_ASSIGN(const Job kept, Add("acme", "a", 1));
  EXPECT_EQ(kept.state, JobState::kFailed) << "a job that was asked for stands";
  EXPECT_TRUE(Begin(*store_, "acme", "a", 1));
  EXPECT_EQ(last_.attempts, 1);
  ASSERT_OK(Release(JobState::kFailed));
  ASSERT_OK_AND_ASSIGN(const Job corrected, Add("acme", "a", 1, "corrected"));
  EXPECT_EQ(corrected.state, JobState::kQueued);
}

TEST_P(JobStoreTest, AFullQueueRefusesWithATime) {
  for (int i = 0; i < kMaxUnfinished; ++i) ASSERT_OK(Add("acme", absl::StrCat(i), 1).status());
  const absl::Status refused = Add("acme", "more", 1).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryAfter(refused).has_value());
  EXPECT_OK(Add("acme", "0", 1).status()) << "one that is there already is no new one";
}

TEST_P(JobStoreTest, AQueuedJobIsCancelledAndARunningOneIsAskedToStop) {
  ASSERT_OK_AND_ASSIGN(const Job queued, Add("acme", "a", 1));
  ASSERT_OK_AND_ASSIGN(const Job cancelled, store_->Cancel(context_, queued.id));
  EXPECT_EQ(cancelled.state, JobState::kCancelled);
  EXPECT_EQ(Claim(), "");
  EXPECT_THAT(store_->Cancel(context_, queued.id).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK_AND_ASSIGN(const Job again, store_->Retry(context_, queued.id));
  EXPECT_EQ(again.state, JobState::kQueued);
  EXPECT_THAT(store_->Retry(context_, queued.id).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Claim(), "a");
  EXPECT_THAT(*store_->Renew(context_, clock_.Now() + kLease, {{.job = last_}}), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const Job running, store_->Cancel(context_, queued.id));
  EXPECT_EQ(running.state, JobState::kRunning);
  EXPECT_THAT(*store_->Renew(context_, clock_.Now() + kLease, {{.job = last_}}),
              ElementsAre(queued.id));
}

TEST_P(JobStoreTest, JobsAreListedNewestFirstAndByTenant) {
  for (const char* call : {"a", "b", "c"}) ASSERT_OK(Add("acme", call, 1).status());
  ASSERT_OK_AND_ASSIGN(const JobPage first, store_->List(context_, {}, 2, ""));
  ASSERT_OK_AND_ASSIGN(const JobPage second, store_->List(context_, {}, 2, first.next_page_token));
  EXPECT_EQ(first.jobs.at(0).call.call_id, "c");
  EXPECT_EQ(second.jobs.at(0).call.call_id, "a");
  EXPECT_EQ(second.next_page_token, "");
  const Context other({.tenant = "other"});
  ASSERT_OK_AND_ASSIGN(const JobPage none, store_->List(other, {}, 2, ""));
  EXPECT_THAT(none.jobs, IsEmpty());
  EXPECT_THAT(store_->Get(other, first.jobs[0].id).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("job_id")));
  EXPECT_THAT(store_->List(context_, {}, 2, "x").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_P(JobStoreTest, UnfinishedJobsAreCounted) {
  for (const char* customer : {"a", "b"}) ASSERT_OK(Add(customer, "call", 1).status());
  Claim();
  ASSERT_OK_AND_ASSIGN(const auto counts, store_->Count(context_));
  EXPECT_EQ(counts.at(JobState::kQueued), 1);
  EXPECT_EQ(counts.at(JobState::kRunning), 1);
}

INSTANTIATE_TEST_SUITE_P(AllDatabases, JobStoreTest, testing::ValuesIn(AllDatabases()),
                         [](const auto& kind) { return kind.param.name; });

// Nobody else uses the file: what ran when the process ended is free when the next one opens it.
TEST(SqliteJobsTest, ANewProcessWaitsForNoLease) {
  const DatabaseForTests files({.name = "Sqlite"});
  const Context context = Context::Background();
  const Job job{.id = "job", .call = {"default", "acme", "a"}, .content_digest = "d"};
  const absl::Time until = absl::Now() + kLease;
  {
    const auto database = files.Open();
    SqlJobStore store(*database, {.owner = "first"});
    ASSERT_OK_AND_ASSIGN(const JobStore::Begun begun,
                         store.Begin(context, job, {}, Resubmission::kKeep, until));
    EXPECT_TRUE(begun.ours);
  }
  const auto database = files.Open();
  SqlJobStore store(*database, {.owner = "second"});
  ASSERT_OK_AND_ASSIGN(const auto claimed, store.Claim(context, until));
  EXPECT_TRUE(claimed.has_value());
}

}  // namespace
}  // namespace throughline::orchestrator
