#include "services/orchestrator/domain/job_runner.h"

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "common/base/bounded_pool.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "services/orchestrator/domain/fakes_for_tests.h"
#include "services/orchestrator/domain/intake.h"
#include "services/orchestrator/store/sql_call_store.h"
#include "services/orchestrator/store/sql_job_store.h"
#include "services/orchestrator/store/stores_for_tests.h"

// Calls as jobs, over real stores: who runs which call when, and what becomes of it.
namespace throughline::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CallSource Source(std::string customer, std::string call_id, std::string words = "Hello there.",
                  int day = 3) {
  return {.customer_id = std::move(customer),
          .call_id = std::move(call_id),
          .transcript = absl::StrCat("Ana Ruiz: ", words, "\nTom Berg: Good morning.\n"),
          .call_date = absl::CivilDay(2026, 3, day)};
}

// A process over a shared database and shared neighbours.
struct Replica {
  Replica(sql::SqlDatabase& database, const std::string& owner, Pipeline::Ports others,
          Timers& timers, JobRunner::Options options)
      : calls(database, owner),
        jobs(database, {.owner = owner}),
        pipeline({.memory = others.memory,
                  .analyst = others.analyst,
                  .writer = others.writer,
                  .store = calls},
                 {}),
        runner(options, jobs, pipeline, timers) {}

  SqlCallStore calls;
  SqlJobStore jobs;
  Pipeline pipeline;
  JobRunner runner;
};

class JobRunnerTest : public testing::Test {
 protected:
  JobRunnerTest() { Restart(); }

  std::unique_ptr<Replica> MakeReplica(const std::string& owner) {
    return std::make_unique<Replica>(
        *database_, owner,
        Pipeline::Ports{
            .memory = memory_, .analyst = analyst_, .writer = writer_, .store = unused_},
        timers_, options_);
  }
  void Restart() {
    here_.reset();
    here_ = MakeReplica("here");
    runner_ = &here_->runner;
  }
  Context Caller() {
    return Context({.cancellation = std::make_shared<CancellationSource>(), .clock = &clock_});
  }
  absl::StatusOr<CallResult> Process(const CallSource& source) {
    return ProcessAt(*here_, Caller(), source);
  }
  absl::StatusOr<CallResult> ProcessAt(Replica& replica, const Context& caller,
                                       const CallSource& source) {
    RecordingObserver nobody;
    return RunOn(pool_, replica.runner.Process(caller, source, nobody));
  }
  // Whether a job was due.
  absl::StatusOr<bool> RunOne() {
    const Context context = Caller();
    ASSIGN_OR_RETURN(const std::optional<ClaimedJob> claimed, runner_->Claim(context));
    if (!claimed) return false;
    RETURN_IF_ERROR(RunOn(pool_, runner_->RunClaimed(context, *claimed)));
    return true;
  }
  // Whether the facts that a model found in a call not yet answered are written down.
  bool KeepsFactsOf(const CallSource& source) {
    const AcceptedCall call = Accept(Caller(), source).value();
    return here_->calls.FindProgress(Caller(), call).value().facts.has_value();
  }
  Job JobOf(const std::string& call_id) {
    const JobPage page = here_->jobs.List(Caller(), {}, 100, "").value();
    for (const Job& job : page.jobs) {
      if (job.call.call_id == call_id) return job;
    }
    return {.id = "none", .error = "no such job"};
  }

  const DatabaseForTests files_{{.name = "Sqlite"}};
  const std::unique_ptr<sql::SqlDatabase> database_ = files_.Open();
  FakeClock clock_;
  FakeStore unused_;
  FakeMemory memory_;
  FakeAnalyst analyst_;
  FakeWriter writer_;
  Timers timers_;
  BoundedPool pool_{{.name = "steps", .threads = 4, .max_queued = 0}};
  JobRunner::Options options_;
  std::unique_ptr<Replica> here_;
  JobRunner* runner_ = nullptr;
};

TEST_F(JobRunnerTest, ACallThatIsAnsweredIsAJobThatSucceeded) {
  ASSERT_OK(Process(Source("acme", "c1")));
  EXPECT_EQ(JobOf("c1").state, JobState::kSucceeded);
  EXPECT_EQ(JobOf("c1").attempts, 1);
  ASSERT_OK_AND_ASSIGN(const CallResult again, Process(Source("acme", "c1")));
  EXPECT_TRUE(again.replayed);
  EXPECT_THAT(analyst_.asked(), SizeIs(1));
}

TEST_F(JobRunnerTest, ACallThatFailsSaysWhyAndMayBeSentAgain) {
  analyst_.analyze_error = absl::UnavailableError("no model");
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(JobOf("c1").state, JobState::kFailed);
  EXPECT_THAT(JobOf("c1").error, HasSubstr("no model"));
  analyst_.analyze_error = absl::OkStatus();
  EXPECT_OK(Process(Source("acme", "c1")));
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
}

TEST_F(JobRunnerTest, WhatMemoryCouldNotTakeIsSavedInTheBackground) {
  memory_.FailRetain(absl::UnavailableError("memory is down"));
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(JobOf("c1").state, JobState::kQueued);
  memory_.FailRetain(absl::OkStatus());
  clock_.Advance(options_.first_retry_delay);
  ASSERT_OK_AND_ASSIGN(const bool ran, RunOne());
  EXPECT_TRUE(ran);
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
  EXPECT_THAT(analyst_.asked(), SizeIs(1));
  ASSERT_OK_AND_ASSIGN(const CallResult again, Process(Source("acme", "c1")));
  EXPECT_TRUE(again.replayed);
}

TEST_F(JobRunnerTest, AJobThatKeepsFailingEndsWithTheReason) {
  options_.max_attempts = 3;
  Restart();
  ASSERT_OK(runner_->Submit(Caller(), Source("acme", "c1")).status());
  analyst_.analyze_error = absl::UnavailableError("no model");
  for (int i = 0; i < options_.max_attempts; ++i) {
    ASSERT_OK_AND_ASSIGN(const bool ran, RunOne());
    EXPECT_TRUE(ran);
    clock_.Advance(options_.max_retry_delay);
  }
  EXPECT_EQ(JobOf("c1").state, JobState::kFailed);
  EXPECT_THAT(JobOf("c1").error, HasSubstr("no model"));
  analyst_.analyze_error = absl::OkStatus();
  ASSERT_OK(here_->jobs.Retry(Caller(), JobOf("c1").id).status());
  ASSERT_OK(RunOne().status());
  EXPECT_EQ(JobOf("c1").state, JobState::kSucceeded);
}

// Each attempt ends with its process: nobody could note why.
TEST_F(JobRunnerTest, AJobThatKillsItsProcessIsGivenUp) {
  options_.max_attempts = 2;
  Restart();
  ASSERT_OK(runner_->Submit(Caller(), Source("acme", "poison")).status());
  for (int i = 0; i < options_.max_attempts; ++i) {
    const auto doomed = MakeReplica(absl::StrCat("doomed-", i));
    ASSERT_OK_AND_ASSIGN(const auto claimed,
                         doomed->jobs.Claim(Caller(), clock_.Now() + options_.lease));
    ASSERT_TRUE(claimed.has_value());
    clock_.Advance(options_.lease + absl::Seconds(1));
  }
  ASSERT_OK(RunOne().status());
  EXPECT_EQ(JobOf("poison").state, JobState::kFailed);
  EXPECT_THAT(JobOf("poison").error, HasSubstr("given up"));
  EXPECT_THAT(analyst_.asked(), IsEmpty());
}

TEST_F(JobRunnerTest, AnotherProcessGoesOnWithWhatADeadOneBegan) {
  const auto other = MakeReplica("other");
  // It dies when the e-mail is to be written: it never gives its turn back.
  writer_.write_error = WithReason(absl::AbortedError("killed"), kTurnLost);
  EXPECT_THAT(ProcessAt(*other, Caller(), Source("acme", "c1")),
              StatusIs(absl::StatusCode::kAborted));
  writer_.write_error = absl::OkStatus();
  ASSERT_OK_AND_ASSIGN(const bool early, RunOne());
  EXPECT_FALSE(early) << "its lease still runs";
  clock_.Advance(options_.lease + absl::Seconds(1));
  ASSERT_OK_AND_ASSIGN(const bool ran, RunOne());
  EXPECT_TRUE(ran);
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
  EXPECT_THAT(analyst_.asked(), SizeIs(1)) << "the first process had the answer kept";
}

TEST_F(JobRunnerTest, ACallSentToTwoProcessesIsOneCall) {
  const auto other = MakeReplica("other");
  absl::Notification running;
  absl::Notification go;
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext&) {
    running.Notify();
    go.WaitForNotification();
  };
  std::thread first([&] { EXPECT_OK(Process(Source("acme", "c1"))); });
  running.WaitForNotification();
  std::thread second([&] {
    const auto result = ProcessAt(*other, Caller(), Source("acme", "c1"));
    EXPECT_OK(result.status());
    EXPECT_TRUE(result.ok() && result->replayed);
  });
  go.Notify();
  first.join();
  second.join();
  EXPECT_THAT(analyst_.asked(), SizeIs(1));
}

TEST_F(JobRunnerTest, ARunningJobOfAnotherProcessIsStoppedWithItsNextSignOfLife) {
  const auto other = MakeReplica("other");
  ASSERT_OK_AND_ASSIGN(const Job job, runner_->Submit(Caller(), Source("acme", "c1")));
  analyst_.while_analyzing = [&](const Context& context, const grounding::CallContext&) {
    EXPECT_OK(other->runner.Cancel(Caller(), job.id).status());
    EXPECT_OK(context.Check());
    EXPECT_OK(runner_->Renew(Caller()));
    analyst_.analyze_error = context.Check();
  };
  ASSERT_OK(RunOne().status());
  EXPECT_EQ(JobOf("c1").state, JobState::kCancelled);
  EXPECT_THAT(memory_.retained(), IsEmpty());
}

TEST_F(JobRunnerTest, ACallerWhoLeavesCancelsTheCall) {
  const Context caller = Caller();
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext&) {
    caller.cancellation()->Cancel();
  };
  EXPECT_THAT(ProcessAt(*here_, caller, Source("acme", "c1")),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(JobOf("c1").state, JobState::kCancelled);
  EXPECT_THAT(memory_.retained(), IsEmpty());
}

TEST_F(JobRunnerTest, ACallThatIsAnalysedEndsWithoutItsCaller) {
  const Context caller = Caller();
  writer_.while_writing = [&](const Context& context) {
    while (memory_.retained().empty()) std::this_thread::yield();
    caller.cancellation()->Cancel();
    writer_.write_error = context.Check();
  };
  EXPECT_THAT(ProcessAt(*here_, caller, Source("acme", "c1")),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(JobOf("c1").state, JobState::kQueued);
  writer_.while_writing = nullptr;
  writer_.write_error = absl::OkStatus();
  clock_.Advance(options_.max_retry_delay);
  EXPECT_THAT(RunOne(), IsOkAndHolds(true));
  EXPECT_EQ(JobOf("c1").state, JobState::kSucceeded);
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
  EXPECT_THAT(analyst_.asked(), SizeIs(1));
}

TEST_F(JobRunnerTest, CallsOfOneCustomerGoOneAtATimeInTheOrderTheyCame) {
  absl::Notification first_running;
  absl::Notification let_first_go;
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext& call) {
    if (call.call_id != "c1") return;
    first_running.Notify();
    let_first_go.WaitForNotification();
  };
  std::vector<std::thread> callers;
  const auto send = [&](const std::string& id) {
    callers.emplace_back([this, id] { EXPECT_OK(Process(Source("acme", id, id))); });
  };
  send("c1");
  first_running.WaitForNotification();
  for (size_t i = 2; i <= 5; ++i) {
    send(absl::StrCat("c", i));
    while (runner_->waiting() < i - 1) std::this_thread::yield();
  }
  EXPECT_THAT(analyst_.asked(), ElementsAre("acme/c1"));
  let_first_go.Notify();
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(memory_.retained(),
              ElementsAre("acme/c1", "acme/c2", "acme/c3", "acme/c4", "acme/c5"));
}

TEST_F(JobRunnerTest, TooManyWaitingCallsAreSentAwayWithATime) {
  options_.queue.max_waiting_per_customer = 0;
  Restart();
  absl::Notification running;
  absl::Notification go;
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext&) {
    running.Notify();
    go.WaitForNotification();
  };
  std::thread first([&] { EXPECT_OK(Process(Source("acme", "c1"))); });
  running.WaitForNotification();
  const auto refused = Process(Source("acme", "c2"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryAfter(refused.status()).has_value());
  go.Notify();
  first.join();
}

TEST_F(JobRunnerTest, AWaitingCallLeavesWhenItsCallerDoes) {
  absl::Notification running;
  absl::Notification go;
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext&) {
    running.Notify();
    go.WaitForNotification();
  };
  std::thread first([&] { EXPECT_OK(Process(Source("acme", "c1"))); });
  running.WaitForNotification();
  const Context caller = Caller();
  std::thread second([&] {
    EXPECT_THAT(ProcessAt(*here_, caller, Source("acme", "c2")),
                StatusIs(absl::StatusCode::kCancelled));
  });
  while (runner_->waiting() == 0) std::this_thread::yield();
  caller.cancellation()->Cancel();
  second.join();
  go.Notify();
  first.join();
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
}

TEST_F(JobRunnerTest, WhatAnEndingProcessBeganGoesOnInTheNext) {
  absl::Notification both_asked;
  analyst_.while_analyzing = [&](const Context& context, const grounding::CallContext& call) {
    if (call.call_id != "c1" || both_asked.HasBeenNotified()) return;
    both_asked.Notify();
    absl::Notification stopped;
    const OnCancel wait(context, [&] { stopped.Notify(); });
    stopped.WaitForNotification();
    analyst_.analyze_error = context.Check();
  };
  absl::Status running, waiting;
  std::thread first([&] { running = Process(Source("acme", "c1")).status(); });
  both_asked.WaitForNotification();
  std::thread second([&] { waiting = Process(Source("acme", "c2", "Later.")).status(); });
  while (runner_->waiting() == 0 || !KeepsFactsOf(Source("acme", "c1"))) {
    std::this_thread::yield();
  }
  ASSERT_OK(runner_->HandOver(Caller()));
  first.join();
  second.join();
  for (const absl::Status& heard : {running, waiting}) {
    EXPECT_THAT(heard, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("goes on elsewhere")));
    EXPECT_EQ(Reason(heard), kHandedOver);
    EXPECT_TRUE(RetryAfter(heard).has_value());
  }
  EXPECT_EQ(JobOf("c1").state, JobState::kQueued);
  EXPECT_EQ(JobOf("c1").attempts, 0) << "the attempt was not the job's to lose";
  EXPECT_EQ(JobOf("c2").state, JobState::kQueued);
  EXPECT_THAT(Process(Source("acme", "c3", "Too late.")), StatusIs(absl::StatusCode::kUnavailable));

  analyst_.analyze_error = absl::OkStatus();
  here_ = MakeReplica("next");
  runner_ = &here_->runner;
  for (int i = 0; i < 3; ++i) ASSERT_OK(RunOne().status());
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1", "acme/c2", "acme/c3"));
  EXPECT_EQ(analyst_.extracted(), 3) << "what had been answered was not asked for again";
  ASSERT_OK_AND_ASSIGN(const CallResult answer, Process(Source("acme", "c1")));
  EXPECT_TRUE(answer.replayed);
}

TEST_F(JobRunnerTest, ManyCallsWaitForAModelWithoutAThread) {
  constexpr size_t kCalls = 60;
  absl::Mutex mutex;
  std::vector<std::function<void(bool)>> asked;
  analyst_.before_analyzing = [&]() -> Task<bool> {
    auto begin = [&](std::function<void(bool)> done) {
      absl::MutexLock lock(&mutex);
      asked.push_back(std::move(done));
    };
    co_return co_await Completion<bool>(begin);
  };
  const Context caller = Caller();
  RecordingObserver nobody[kCalls];
  std::vector<CallSource> sources;
  for (size_t i = 0; i < kCalls; ++i) sources.push_back(Source(absl::StrCat("customer-", i), "c"));
  absl::BlockingCounter answered(kCalls);
  for (size_t i = 0; i < kCalls; ++i) {
    Start<absl::StatusOr<CallResult>>(pool_, runner_->Process(caller, sources[i], nobody[i]),
                                      [&](absl::StatusOr<CallResult> result) {
                                        EXPECT_OK(result.status());
                                        answered.DecrementCount();
                                      });
  }
  {
    absl::MutexLock lock(&mutex);
    const auto all = [&] { return asked.size() == kCalls; };
    mutex.Await(absl::Condition(&all));
  }
  for (const auto& answer : asked) answer(true);
  answered.Wait();
  EXPECT_THAT(memory_.retained(), SizeIs(kCalls));
}

}  // namespace
}  // namespace throughline::orchestrator
