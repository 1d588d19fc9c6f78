#include "services/orchestrator/domain/job_runner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/span.h"
#include "common/base/task_macros.h"
#include "common/digest/sha256.h"
#include "services/orchestrator/domain/intake.h"

namespace throughline::orchestrator {
namespace {

constexpr size_t kIdDigits = 24;
// Saying how a job ended must not fail because the attempt has used up its time.
constexpr absl::Duration kReleaseBudget = absl::Seconds(10);
// Time for the next process to start.
constexpr absl::Duration kHandedOverRetryAfter = absl::Seconds(2);

// Trying again would end the same way.
bool IsPermanent(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kPermissionDenied:
      return true;
    default:
      return false;
  }
}

bool HasEnded(JobState state) { return state != JobState::kQueued && state != JobState::kRunning; }

std::string RunningKey(const Job& job) { return absl::StrCat(job.call.tenant, "\n", job.id); }

Job MakeJob(const Context& context, const AcceptedCall& call) {
  const std::string name =
      Sha256Hex({call.key.tenant, call.key.customer_id, call.key.call_id}).substr(0, kIdDigits);
  return {.id = absl::StrCat("job-", name),
          .call = call.key,
          .occurred_at = call.occurred_at,
          .content_digest = call.content_digest,
          .created_at = context.clock().Now()};
}

// The source with what was settled when the call was accepted: the day it was taken on is the
// call's when nothing says otherwise, however late it is processed.
CallSource Settled(const CallSource& source, const AcceptedCall& call) {
  CallSource settled = source;
  settled.call_id = call.key.call_id;
  settled.call_date = absl::ToCivilDay(call.occurred_at, absl::UTCTimeZone());
  return settled;
}

// What the caller of a call hears that goes on in the next process.
absl::Status HandedOver(const Job& job) {
  return WithRetryAfter(
      WithReason(absl::UnavailableError(absl::StrCat(
                     "the server is shutting down; call \"", job.call.call_id,
                     "\" is kept and goes on elsewhere: send it again to get its answer")),
                 kHandedOver),
      kHandedOverRetryAfter);
}

// For attempts that nobody watches.
class NoObserver final : public StepObserver {
 public:
  void Started(Step) override {}
  void Finished(Step, absl::Duration, const std::string&) override {}
};

// Tells where the job is on the way to `next`.
class StepKeeper final : public StepObserver {
 public:
  StepKeeper(std::function<void(Step)> keep, StepObserver& next)
      : keep_(std::move(keep)), next_(next) {}

  void Started(Step step) override {
    keep_(step);
    next_.Started(step);
  }
  void Finished(Step step, absl::Duration duration, const std::string& summary) override {
    next_.Finished(step, duration, summary);
  }

 private:
  const std::function<void(Step)> keep_;
  StepObserver& next_;
};

}  // namespace

absl::string_view JobStateName(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return "queued";
    case JobState::kRunning:
      return "running";
    case JobState::kSucceeded:
      return "succeeded";
    case JobState::kFailed:
      return "failed";
    case JobState::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

Task<absl::StatusOr<CallResult>> JobRunner::Process(const Context& context,
                                                    const CallSource& source,
                                                    StepObserver& observer) {
  CO_ASSIGN_OR_RETURN(CallInProgress call, pipeline_.Parse(context, source, observer));
  const AcceptedCall& accepted = call.call;
  const Job job = MakeJob(context, accepted);
  const CallSource settled = Settled(source, accepted);
  Span waiting(context, "await", "turn");
  const absl::StatusOr<CustomerQueue::Turn> turn =
      co_await queue_.Enter(context, accepted.key.customer_id);
  if (!turn.ok() && Reason(turn.status()) == kHandedOver) {
    co_return KeepForLater(context, job, settled);
  }
  if (!turn.ok()) co_return turn.status();
  const absl::StatusOr<JobStore::Begun> begun = co_await AwaitTurn(waiting.context(), job, settled);
  waiting.End();
  call.is_fresh = begun.ok() && begun->is_fresh;
  if (begun.ok() && begun->ours) {
    co_return co_await RunTurn(context, begun->job, std::move(call), observer);
  }
  if (begun.ok() && !begun->is_answered && begun->job.state != JobState::kSucceeded) {
    co_return absl::UnavailableError(absl::StrCat("job ", begun->job.id, " ended as ",
                                                  JobStateName(begun->job.state), " (",
                                                  begun->job.error, "); send the call again"));
  }
  // Also where the store takes no writes: what is answered can be read.
  absl::StatusOr<std::optional<CallResult>> answer = pipeline_.FindAnswer(context, accepted);
  if (answer.ok() && answer->has_value()) co_return **std::move(answer);
  if (!begun.ok()) co_return begun.status();
  if (!answer.ok()) co_return answer.status();
  co_return absl::DataLossError(absl::StrCat("the result of job ", job.id, " is gone"));
}

Task<absl::StatusOr<JobStore::Begun>> JobRunner::AwaitTurn(const Context& context, const Job& job,
                                                           const CallSource& source) {
  bool added = false;
  Resubmission resubmission = Resubmission::kRenew;
  absl::Duration poll = options_.first_turn_poll;
  while (true) {
    CO_ASSIGN_OR_RETURN(
        JobStore::Begun begun,
        store_.Begin(context, job, source, resubmission, context.clock().Now() + options_.lease));
    if (begun.is_answered || begun.ours || HasEnded(begun.job.state)) co_return begun;
    if (is_ending()) co_return HandedOver(job);
    added |= begun.added;
    resubmission = Resubmission::kKeep;
    co_await SleepFor(timers_, context, std::min(poll, context.Remaining()));
    poll = std::min(2 * poll, options_.max_turn_poll);
    const absl::Status waited = context.Check();
    if (waited.ok()) continue;
    // Nobody waits for it any more. One that is already being run may as well end.
    if (added && begun.job.state == JobState::kQueued) {
      Cancel(context.Detached(kReleaseBudget), job.id).status().IgnoreError();
    }
    co_return waited;
  }
}

Task<absl::StatusOr<CallResult>> JobRunner::RunTurn(const Context& context, const Job& job,
                                                    CallInProgress call, StepObserver& observer) {
  const auto cancellation = std::make_shared<CancellationSource>();
  const OnCancel with_caller(context, [cancellation] { cancellation->Cancel(); });
  const Context attempt =
      context.WithCancellation(cancellation).WithBudget(options_.attempt_budget);
  // Where giving back the turn fails, its lease ends by itself.
  if (!Begin(job, cancellation)) {
    LeaveToNext(context, job).IgnoreError();
    co_return HandedOver(job);
  }
  StepKeeper keeper([&](Step step) { SetStep(RunningKey(job), step); }, observer);
  absl::StatusOr<CallResult> result = co_await pipeline_.Run(attempt, std::move(call), keeper);
  if (!result.ok() && is_ending()) {
    result = HandedOver(job);
  } else if (!result.ok()) {
    const bool left = !attempt.Check().ok();
    GiveBack(attempt.Detached(kReleaseBudget), job, result.status(),
             left ? JobState::kCancelled : JobState::kFailed)
        .IgnoreError();
  }
  End(job);
  co_return result;
}

absl::Status JobRunner::KeepForLater(const Context& context, const Job& job,
                                     const CallSource& source) {
  RETURN_IF_ERROR(
      store_.Add(context.Detached(kReleaseBudget), job, source, Resubmission::kRenew).status());
  return HandedOver(job);
}

absl::StatusOr<Job> JobRunner::Submit(const Context& context, const CallSource& source) {
  ASSIGN_OR_RETURN(const AcceptedCall call, Accept(context, source));
  return store_.Add(context, MakeJob(context, call), Settled(source, call), Resubmission::kKeep);
}

absl::StatusOr<std::optional<ClaimedJob>> JobRunner::Claim(const Context& context) {
  return store_.Claim(context, context.clock().Now() + options_.lease);
}

Task<absl::Status> JobRunner::RunClaimed(const Context& context, const ClaimedJob& claimed) {
  const Job& job = claimed.job;
  const auto cancellation = std::make_shared<CancellationSource>();
  const Context attempt({.tenant = job.call.tenant,
                         .request_id = job.id,
                         .traceparent = context.traceparent(),
                         .tracer = context.tracer(),
                         .deadline = context.clock().SteadyNow() + options_.attempt_budget,
                         .cancellation = cancellation,
                         .clock = &context.clock()});
  // After an outage of the store our own lease may have run out under an attempt that goes on.
  if (!Begin(job, cancellation)) {
    if (is_ending()) co_return LeaveToNext(attempt, job);
    co_return absl::OkStatus();
  }
  // The process is stopping: the attempt ends, and the job is there for the next process.
  const OnCancel stop(context, [cancellation] { cancellation->Cancel(); });
  NoObserver nobody;
  StepKeeper keeper([&](Step step) { SetStep(RunningKey(job), step); }, nobody);
  absl::Status outcome;
  if (job.attempts > options_.max_attempts) {
    outcome = absl::FailedPreconditionError(absl::StrCat(
        "given up: ", job.attempts - 1, " attempts ended without an answer; retry the job"));
  } else {
    absl::StatusOr<CallInProgress> call = pipeline_.Parse(attempt, claimed.source, keeper);
    outcome = call.status();
    if (call.ok()) {
      const absl::StatusOr<CallResult> result =
          co_await pipeline_.Run(attempt, *std::move(call), keeper);
      outcome = result.status();
    }
  }
  absl::Status given_back;
  if (!outcome.ok() && !is_ending()) {
    given_back = context.Check().ok() ? GiveBack(attempt.Detached(kReleaseBudget), job, outcome,
                                                 cancellation->IsCancelled() ? JobState::kCancelled
                                                                             : JobState::kQueued)
                                      : LeaveToNext(attempt, job);
  }
  End(job);
  co_return given_back;
}

absl::Status JobRunner::LeaveToNext(const Context& context, const Job& job) {
  return store_.Release(context.Detached(kReleaseBudget), job, JobState::kQueued, "",
                        context.clock().Now());
}

absl::Status JobRunner::GiveBack(const Context& context, const Job& job,
                                 const absl::Status& outcome, JobState otherwise) {
  const absl::Time now = context.clock().Now();
  const std::string error(outcome.message());
  if (Reason(outcome) == kTurnLost) return absl::OkStatus();
  // What the models answered is paid for, and is saved when memory is back.
  if (Reason(outcome) == kNotSavedYet) {
    return store_.Release(context, job, JobState::kQueued, error, now + RetryDelay(job));
  }
  if (otherwise == JobState::kQueued &&
      (IsPermanent(outcome.code()) || job.attempts >= options_.max_attempts)) {
    otherwise = JobState::kFailed;
  }
  return store_.Release(context, job, otherwise, error, now + RetryDelay(job));
}

absl::Duration JobRunner::RetryDelay(const Job& job) const {
  absl::Duration delay = options_.first_retry_delay;
  for (int i = 1; i < job.attempts && delay < options_.max_retry_delay; ++i) delay *= 2;
  return std::min(delay, options_.max_retry_delay);
}

absl::Status JobRunner::Renew(const Context& context) {
  absl::MutexLock turns(&turns_mutex_);
  std::vector<RunningJob> running;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [key, one] : running_) running.push_back({.job = one.job, .step = one.step});
  }
  if (running.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> unwanted,
                   store_.Renew(context, context.clock().Now() + options_.lease, running));
  std::vector<std::shared_ptr<CancellationSource>> to_stop;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [key, one] : running_) {
      if (std::count(unwanted.begin(), unwanted.end(), one.job.id) > 0) {
        to_stop.push_back(one.cancellation);
      }
    }
  }
  for (const auto& cancellation : to_stop) cancellation->Cancel();
  return absl::OkStatus();
}

absl::StatusOr<Job> JobRunner::Cancel(const Context& context, const std::string& id) {
  ASSIGN_OR_RETURN(Job job, store_.Cancel(context, id));
  std::shared_ptr<CancellationSource> here;
  {
    absl::MutexLock lock(&mutex_);
    if (const auto found = running_.find(RunningKey(job)); found != running_.end()) {
      here = found->second.cancellation;
    }
  }
  if (here != nullptr) here->Cancel();
  return job;
}

Job JobRunner::WithStep(Job job) const {
  absl::MutexLock lock(&mutex_);
  const auto found = running_.find(RunningKey(job));
  if (job.state == JobState::kRunning && found != running_.end()) job.step = found->second.step;
  return job;
}

bool JobRunner::Begin(const Job& job, std::shared_ptr<CancellationSource> cancellation) {
  absl::MutexLock lock(&mutex_);
  if (is_ending_) return false;
  return running_
      .try_emplace(RunningKey(job), Running{.job = job, .cancellation = std::move(cancellation)})
      .second;
}

void JobRunner::SetStep(const std::string& key, Step step) {
  absl::MutexLock lock(&mutex_);
  if (const auto found = running_.find(key); found != running_.end()) found->second.step = step;
}

void JobRunner::End(const Job& job) {
  absl::MutexLock lock(&mutex_);
  running_.erase(RunningKey(job));
}

absl::Status JobRunner::HandOver(const Context& context) {
  std::vector<std::shared_ptr<CancellationSource>> to_stop;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(is_ending_, true)) return absl::OkStatus();
    for (const auto& [key, one] : running_) to_stop.push_back(one.cancellation);
  }
  absl::Status handed_over;
  {
    absl::MutexLock turns(&turns_mutex_);
    handed_over = store_.HandOver(context);
  }
  queue_.Close(WithReason(absl::UnavailableError("the server is shutting down"), kHandedOver));
  pipeline_.Stop();
  for (const auto& cancellation : to_stop) cancellation->Cancel();
  return handed_over;
}

bool JobRunner::is_ending() const {
  absl::MutexLock lock(&mutex_);
  return is_ending_;
}

}  // namespace throughline::orchestrator
