#include "services/orchestrator/domain/pipeline.h"

#include <gmock/gmock.h>

#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/base/bounded_pool.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "services/orchestrator/domain/fakes_for_tests.h"

namespace throughline::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CallSource Source(std::string customer, std::string call_id, std::string words = "Hello there.") {
  return {.customer_id = std::move(customer),
          .call_id = std::move(call_id),
          .transcript = absl::StrCat("Ana Ruiz: ", words, "\nTom Berg: Good morning.\n"),
          .call_date = absl::CivilDay(2026, 3, 3)};
}

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() { Restart(); }

  // A new process over the same store and memory.
  void Restart() {
    pipeline_.reset();
    pipeline_ = std::make_unique<Pipeline>(
        Pipeline::Ports{.memory = memory_, .analyst = analyst_, .writer = writer_, .store = store_},
        options_);
  }

  Context Caller() {
    return Context({.cancellation = std::make_shared<CancellationSource>(), .clock = &clock_});
  }

  absl::StatusOr<CallResult> Process(const Context& caller, const CallSource& source,
                                     StepObserver& observer) {
    ASSIGN_OR_RETURN(CallInProgress call, pipeline_->Parse(caller, source, observer));
    ASSIGN_OR_RETURN(std::optional<CallResult> answer, pipeline_->FindAnswer(caller, call.call));
    if (answer) return *std::move(answer);
    return RunOn(pool_, pipeline_->Run(caller, std::move(call), observer));
  }
  absl::StatusOr<CallResult> Process(const CallSource& source) {
    RecordingObserver nobody;
    return Process(Caller(), source, nobody);
  }

  FakeClock clock_;
  FakeStore store_;
  FakeMemory memory_;
  FakeAnalyst analyst_;
  FakeWriter writer_;
  BoundedPool pool_{{.name = "steps", .threads = 4, .max_queued = 0}};
  Pipeline::Options options_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(PipelineTest, TakesACallThroughEveryStep) {
  RecordingObserver observer;
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Caller(), Source("acme", "c1"), observer));
  EXPECT_THAT(observer.events,
              ElementsAre("start parse", "end parse", "start recall", "end recall", "start analyze",
                          "end analyze", "start write", "end write", "start save", "end save"));
  EXPECT_EQ(result.email.subject, "Follow-up");
  ASSERT_THAT(result.facts, SizeIs(1));
  EXPECT_EQ(result.facts[0].id, "acme/c1#0");
  EXPECT_EQ(result.memory_version, 1);
  EXPECT_THAT(result.timings, SizeIs(5));
  EXPECT_FALSE(result.replayed);
}

TEST_F(PipelineTest, SumsWhatTheModelsCostAndSaysWhatWasLeftOut) {
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_THAT(result.decisions, SizeIs(3));
  EXPECT_EQ(result.cost.nano_usd, 12);
  EXPECT_TRUE(result.cost.unpriced);
  EXPECT_EQ(result.baseline_cost.nano_usd, 80);
  EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("\"a million\": nobody said it")));
}

TEST_F(PipelineTest, TheSameCallAgainGivesTheStoredAnswerAndAsksNobody) {
  ASSERT_OK_AND_ASSIGN(const CallResult first, Process(Source("acme", "c1")));
  ASSERT_OK_AND_ASSIGN(const CallResult second, Process(Source("acme", "c1")));
  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.facts[0].id, first.facts[0].id);
  EXPECT_THAT(analyst_.asked(), SizeIs(1));
  EXPECT_EQ(writer_.written(), 1);
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
}

TEST_F(PipelineTest, OtherContentUnderTheSameIdIsRefusedByName) {
  ASSERT_OK(Process(Source("acme", "c1")));
  const auto refused = Process(Source("acme", "c1", "Something else."));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("\"c1\"")));
  EXPECT_OK(Process(Source("other", "c1", "Something else.")));
}

TEST_F(PipelineTest, ACallThatIsNoSaleGetsNoEmail) {
  analyst_.analysis.is_sales_call = false;
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(writer_.written(), 0);
  EXPECT_EQ(result.email.body, "");
  EXPECT_THAT(result.timings, SizeIs(4));
}

TEST_F(PipelineTest, ACallThatCannotBeAnalysedLeavesNothingBehind) {
  for (absl::Status* error : {&analyst_.analyze_error, &analyst_.extract_error}) {
    *error = absl::UnavailableError("no model");
    const std::string call_id = error == &analyst_.analyze_error ? "c1" : "c2";
    EXPECT_THAT(Process(Source("acme", call_id)),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no model")));
    *error = absl::OkStatus();
  }
  EXPECT_EQ(store_.size(), 0u);
  EXPECT_THAT(memory_.retained(), IsEmpty());
  EXPECT_OK(Process(Source("acme", "c1")));
}

TEST_F(PipelineTest, ACallThatCannotBeRecordedIsRefused) {
  for (absl::Status* error : {&store_.progress_error, &store_.compute_error}) {
    *error = absl::UnavailableError("disk full");
    EXPECT_THAT(Process(Source("acme", "c1")),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("disk full")));
    *error = absl::OkStatus();
  }
  EXPECT_THAT(memory_.retained(), IsEmpty());
}

TEST_F(PipelineTest, NoModelIsAskedAgainForWhatItAnswered) {
  writer_.write_error = absl::UnavailableError("no model");
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kUnavailable));
  writer_.write_error = absl::OkStatus();
  Restart();
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_THAT(analyst_.asked(), SizeIs(1));
  EXPECT_EQ(analyst_.extracted(), 1);
  EXPECT_EQ(writer_.written(), 2);
  EXPECT_EQ(result.cost.nano_usd, 12) << "what was paid in the first attempt counts";
}

TEST_F(PipelineTest, HalfAnAnalysisIsAskedForTheOtherHalfOnly) {
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext&) {
    while (store_.FindProgress(Caller(), {.key = {"default", "acme", "c1"}})->facts ==
           std::nullopt) {
      std::this_thread::yield();
    }
  };
  analyst_.analyze_error = absl::UnavailableError("no model");
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kUnavailable));
  analyst_.analyze_error = absl::OkStatus();
  Restart();
  EXPECT_OK(Process(Source("acme", "c1")));
  EXPECT_EQ(analyst_.extracted(), 1);
  EXPECT_THAT(analyst_.asked(), SizeIs(2));
}

TEST_F(PipelineTest, TheEmailIsWrittenWhileFactsAreLookedFor) {
  analyst_.while_extracting = [&](const Context&, const grounding::CallContext&) {
    while (writer_.written() == 0) std::this_thread::yield();
  };
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(result.email.subject, "Follow-up");
  EXPECT_THAT(result.facts, SizeIs(1));
}

TEST_F(PipelineTest, AnEmailWhoseCallGaveNoFactsYetIsNotWrittenTwice) {
  analyst_.while_extracting = [&](const Context&, const grounding::CallContext&) {
    while (!store_.FindProgress(Caller(), {.key = {"default", "acme", "c1"}})->email) {
      std::this_thread::yield();
    }
  };
  analyst_.extract_error = absl::UnavailableError("no model");
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kUnavailable));
  analyst_.extract_error = absl::OkStatus();
  analyst_.while_extracting = nullptr;
  Restart();
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(writer_.written(), 1);
  EXPECT_EQ(result.cost.nano_usd, 12);
}

TEST_F(PipelineTest, WhatNoModelCouldDoWellIsLeftOutAndSaid) {
  writer_.write_error = absl::FailedPreconditionError("no draft was good enough");
  analyst_.extract_error = absl::FailedPreconditionError("no facts were good enough");
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(result.email.body, "");
  EXPECT_THAT(result.facts, IsEmpty());
  EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("no draft was good enough")));
  EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("no facts were good enough")));
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
}

TEST_F(PipelineTest, AnAnalysisThatNoModelCouldDoWellIsAnError) {
  analyst_.analyze_error = absl::FailedPreconditionError("no analysis was good enough");
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(PipelineTest, WhenOneHalfOfTheAnalysisFailsTheOtherIsStopped) {
  analyst_.analyze_error = absl::UnavailableError("no model");
  analyst_.while_extracting = [&](const Context& context, const grounding::CallContext&) {
    absl::Notification stopped;
    const OnCancel wait(context, [&] { stopped.Notify(); });
    stopped.WaitForNotification();
    analyst_.extract_error = absl::CancelledError("stopped");
  };
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(PipelineTest, ACrashBeforeSavingIsFinishedByTheNextProcessWithoutAnyModel) {
  memory_.FailRetain(absl::UnavailableError("memory is down"));
  const absl::Status unsaved = Process(Source("acme", "c1")).status();
  EXPECT_THAT(unsaved, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Reason(unsaved), kNotSavedYet);
  EXPECT_THAT(memory_.retained(), IsEmpty());

  memory_.FailRetain(absl::OkStatus());
  Restart();
  ASSERT_OK_AND_ASSIGN(const CallResult saved, Process(Source("acme", "c1")));
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
  EXPECT_THAT(analyst_.asked(), ElementsAre("acme/c1"));
  EXPECT_EQ(writer_.written(), 1);
  EXPECT_THAT(saved.facts, SizeIs(1));
}

TEST_F(PipelineTest, ACrashAfterMemoryWroteIsFinishedWithTheSameAnswer) {
  store_.finish_error = absl::UnavailableError("disk full");
  EXPECT_THAT(Process(Source("acme", "c1")), StatusIs(absl::StatusCode::kUnavailable));
  store_.finish_error = absl::OkStatus();
  Restart();
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(result.facts[0].id, "acme/c1#0");
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
}

TEST_F(PipelineTest, WhatTheDiskRefusesIsNoAnswerYet) {
  store_.sync_error = absl::UnavailableError("disk broken");
  EXPECT_EQ(Reason(Process(Source("acme", "c1")).status()), kNotSavedYet);
  store_.sync_error = absl::OkStatus();
  EXPECT_OK(Process(Source("acme", "c1")));
  EXPECT_EQ(writer_.written(), 1);
}

TEST_F(PipelineTest, ACallThatMemoryWillNeverTakeHoldsUpNobody) {
  memory_.FailRetain(absl::InvalidArgumentError("facts[0].text: too long"));
  EXPECT_THAT(Process(Source("acme", "c1")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("facts[0].text")));
  memory_.FailRetain(absl::OkStatus());
  EXPECT_OK(Process(Source("acme", "c2")));
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c2"));
}

TEST_F(PipelineTest, ACallerWhoLeavesBeforeTheCheckpointLeavesNothing) {
  const Context caller = Caller();
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext&) {
    caller.cancellation()->Cancel();
  };
  RecordingObserver observer;
  EXPECT_THAT(Process(caller, Source("acme", "c1"), observer),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(PipelineTest, MemoryTakesACallWhileItsEmailIsWritten) {
  writer_.while_writing = [&](const Context&) {
    while (memory_.retained().empty()) std::this_thread::yield();
  };
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(result.email.subject, "Follow-up");
  EXPECT_EQ(result.cost.nano_usd, 12);
}

TEST_F(PipelineTest, ACallWhoseEmailFailsIsKeptAndGoesOnThere) {
  writer_.write_error = absl::UnavailableError("no model");
  const absl::Status unwritten = Process(Source("acme", "c1")).status();
  EXPECT_THAT(unwritten, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no model")));
  EXPECT_EQ(Reason(unwritten), kNotSavedYet);
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));

  writer_.write_error = absl::OkStatus();
  Restart();
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(result.email.subject, "Follow-up");
  EXPECT_THAT(result.facts, SizeIs(1));
  EXPECT_EQ(result.cost.nano_usd, 12);
  EXPECT_THAT(result.timings, SizeIs(5));
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
  EXPECT_THAT(analyst_.asked(), SizeIs(1));
}

TEST_F(PipelineTest, ACallerWhoLeavesDuringTheEmailLeavesACallThatGoesOn) {
  const Context caller = Caller();
  writer_.while_writing = [&](const Context& context) {
    while (memory_.retained().empty()) std::this_thread::yield();
    caller.cancellation()->Cancel();
    writer_.write_error = context.Check();
  };
  RecordingObserver observer;
  EXPECT_EQ(Reason(Process(caller, Source("acme", "c1"), observer).status()), kNotSavedYet);
  writer_.while_writing = nullptr;
  writer_.write_error = absl::OkStatus();
  ASSERT_OK_AND_ASSIGN(const CallResult result, Process(Source("acme", "c1")));
  EXPECT_EQ(result.email.subject, "Follow-up");
  EXPECT_THAT(memory_.retained(), ElementsAre("acme/c1"));
}

TEST_F(PipelineTest, NoEmailIsWaitedForThatBelongsToACallMemoryRefuses) {
  memory_.FailRetain(absl::InvalidArgumentError("facts[0].text: too long"));
  writer_.while_writing = [&](const Context& context) {
    absl::Notification stopped;
    const OnCancel wait(context, [&] { stopped.Notify(); });
    stopped.WaitForNotification();
    writer_.write_error = context.Check();
  };
  EXPECT_THAT(Process(Source("acme", "c1")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("facts[0].text")));
  EXPECT_EQ(store_.size(), 0u);
}

TEST_F(PipelineTest, CallsOfDifferentCustomersRunSideBySide) {
  absl::Mutex mutex;
  int inside = 0;
  analyst_.while_analyzing = [&](const Context&, const grounding::CallContext&) {
    absl::MutexLock lock(&mutex);
    ++inside;
    const auto both = [&] { return inside == 2; };
    mutex.Await(absl::Condition(&both));
  };
  std::thread other([&] { EXPECT_OK(Process(Source("other", "c1"))); });
  EXPECT_OK(Process(Source("acme", "c1")));
  other.join();
}

}  // namespace
}  // namespace throughline::orchestrator
