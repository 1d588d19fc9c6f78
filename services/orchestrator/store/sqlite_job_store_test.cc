#include "services/orchestrator/store/sqlite_job_store.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/orchestrator/store/schema.h"

namespace throughline::orchestrator {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int kMaxUnfinished = 4;
constexpr absl::Duration kLease = absl::Minutes(1);

class SqliteJobStoreTest : public testing::Test {
 protected:
  SqliteJobStoreTest() {
    database_ = *OpenDatabase(directory_.File("orchestrator.db"));
    store_ = std::make_unique<SqliteJobStore>(*database_);
  }

  // A job for a call of `day` March.
  absl::StatusOr<Job> Add(const std::string& customer, const std::string& call, int day,
                          const std::string& digest = "digest") {
    const Job job{.id = absl::StrCat("job-", customer, "-", call),
                  .call = {.tenant = "default", .customer_id = customer, .call_id = call},
                  .occurred_at = absl::FromCivil(absl::CivilDay(2026, 3, day), absl::UTCTimeZone()),
                  .content_digest = digest,
                  .created_at = clock_.Now()};
    return store_->Add(context_, job, {.customer_id = customer, .transcript = "A: Hello."},
                       kMaxUnfinished);
  }
  // The call of the job that is claimed, "" when none is due.
  std::string Claim(const std::string& owner = "me") {
    const auto claimed = store_->Claim(context_, owner, clock_.Now() + kLease);
    EXPECT_OK(claimed.status());
    if (!claimed.ok() || !claimed->has_value()) return "";
    EXPECT_EQ((*claimed)->source.transcript, "A: Hello.");
    last_ = (*claimed)->job;
    return last_.call.call_id;
  }
  absl::Status Release(JobState state, absl::Duration delay = absl::ZeroDuration()) {
    return store_->Release(context_, last_, "me", state, "why", clock_.Now() + delay);
  }

  TempDirectory directory_;
  FakeClock clock_;
  const Context context_{{.clock = &clock_}};
  std::unique_ptr<storage::SqliteDatabase> database_;
  std::unique_ptr<SqliteJobStore> store_;
  Job last_;
};

TEST_F(SqliteJobStoreTest, ACustomersCallsRunOneAtATimeInTheOrderOfTheirTime) {
  ASSERT_OK(Add("acme", "late", 9).status());
  ASSERT_OK(Add("acme", "early", 2).status());
  EXPECT_EQ(Claim(), "early");
  EXPECT_EQ(Claim(), "") << "another of the customer is running";
  ASSERT_OK(Release(JobState::kSucceeded));
  EXPECT_EQ(Claim(), "late");
}

TEST_F(SqliteJobStoreTest, CustomersDoNotWaitForEachOther) {
  ASSERT_OK(Add("acme", "a", 1).status());
  ASSERT_OK(Add("globex", "b", 1).status());
  EXPECT_EQ(Claim(), "a");
  EXPECT_EQ(Claim(), "b");
}

TEST_F(SqliteJobStoreTest, AJobThatFailedForNowWaitsAndHoldsUpTheLaterOnes) {
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

TEST_F(SqliteJobStoreTest, ADeadProcesssJobIsTakenOverWhenItsLeaseIsOver) {
  ASSERT_OK(Add("acme", "a", 1).status());
  EXPECT_EQ(Claim("dead"), "a");
  EXPECT_EQ(Claim(), "");
  clock_.Advance(kLease + absl::Seconds(1));
  EXPECT_EQ(Claim(), "a");
  // What the first one says now counts no longer.
  ASSERT_OK(store_->Release(context_, last_, "dead", JobState::kFailed, "late", clock_.Now()));
  ASSERT_OK_AND_ASSIGN(const Job job, store_->Get(context_, last_.id));
  EXPECT_EQ(job.state, JobState::kRunning);
}

TEST_F(SqliteJobStoreTest, TheSameCallIsOneJob) {
  ASSERT_OK(Add("acme", "a", 1).status());
  ASSERT_OK(Add("acme", "a", 1).status());
  ASSERT_OK_AND_ASSIGN(const JobPage page, store_->List(context_, {}, 10, ""));
  EXPECT_THAT(page.jobs, SizeIs(1));
  EXPECT_THAT(Add("acme", "a", 1, "other").status(),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("conversation_id")));
}

TEST_F(SqliteJobStoreTest, AFullQueueRefuses) {
  for (int i = 0; i < kMaxUnfinished; ++i) ASSERT_OK(Add("acme", absl::StrCat(i), 1).status());
  EXPECT_THAT(Add("acme", "more", 1).status(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_OK(Add("acme", "0", 1).status()) << "one that is there already is no new one";
}

TEST_F(SqliteJobStoreTest, AQueuedJobIsCancelledAndARunningOneIsAskedToStop) {
  ASSERT_OK_AND_ASSIGN(const Job queued, Add("acme", "a", 1));
  ASSERT_OK_AND_ASSIGN(const Job cancelled, store_->Cancel(context_, queued.id));
  EXPECT_EQ(cancelled.state, JobState::kCancelled);
  EXPECT_THAT(store_->Cancel(context_, queued.id).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK_AND_ASSIGN(const Job again, store_->Retry(context_, queued.id));
  EXPECT_EQ(again.state, JobState::kQueued);
  EXPECT_EQ(Claim(), "a");
  ASSERT_OK_AND_ASSIGN(const Job running, store_->Cancel(context_, queued.id));
  EXPECT_EQ(running.state, JobState::kRunning);
  ASSERT_OK_AND_ASSIGN(const bool stop, store_->SetStep(context_, last_, "me", Step::kWrite));
  EXPECT_TRUE(stop);
}

TEST_F(SqliteJobStoreTest, JobsAreListedNewestFirstAndByTenant) {
  for (const char* call : {"a", "b", "c"}) ASSERT_OK(Add("acme", call, 1).status());
  ASSERT_OK_AND_ASSIGN(const JobPage first, store_->List(context_, {}, 2, ""));
  ASSERT_OK_AND_ASSIGN(const JobPage second, store_->List(context_, {}, 2, first.next_page_token));
  EXPECT_EQ(first.jobs.at(0).call.call_id, "c");
  EXPECT_EQ(second.jobs.at(0).call.call_id, "a");
  EXPECT_EQ(second.next_page_token, "");
  const Context other({.tenant = "other"});
  ASSERT_OK_AND_ASSIGN(const JobPage none, store_->List(other, {}, 2, ""));
  EXPECT_THAT(none.jobs, SizeIs(0));
  EXPECT_THAT(store_->Get(other, first.jobs[0].id).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("job_id")));
  EXPECT_THAT(store_->List(context_, {}, 2, "x").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_F(SqliteJobStoreTest, UnfinishedJobsAreCounted) {
  for (const char* customer : {"a", "b"}) ASSERT_OK(Add(customer, "call", 1).status());
  Claim();
  ASSERT_OK_AND_ASSIGN(const auto counts, store_->Count(context_));
  EXPECT_EQ(counts.at(JobState::kQueued), 1);
  EXPECT_EQ(counts.at(JobState::kRunning), 1);
  ASSERT_OK(store_->ReleaseAll(context_));
  ASSERT_OK_AND_ASSIGN(const auto released, store_->Count(context_));
  EXPECT_EQ(released.at(JobState::kQueued), 2);
}

}  // namespace
}  // namespace throughline::orchestrator
