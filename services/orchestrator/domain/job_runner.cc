#include "services/orchestrator/domain/job_runner.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "services/orchestrator/domain/intake.h"

namespace throughline::orchestrator {
namespace {

constexpr size_t kIdDigits = 24;
// Saying how a job ended must not fail because the attempt has used up its time.
constexpr absl::Duration kReleaseBudget = absl::Seconds(10);

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

absl::StatusOr<CallResult> JobRunner::Process(const Context& context, const CallSource& source,
                                              StepObserver& observer) {
  ASSIGN_OR_RETURN(CallInProgress call, pipeline_.Parse(context, source, observer));
  const AcceptedCall& accepted = call.call;
  ASSIGN_OR_RETURN(const CustomerQueue::Turn turn, queue_.Enter(context, accepted.key.customer_id));
  ASSIGN_OR_RETURN(std::optional<CallResult> answer, pipeline_.FindAnswer(context, accepted));
  if (answer) return *std::move(answer);
  ASSIGN_OR_RETURN(const JobStore::Begun begun,
                   AwaitTurn(context, MakeJob(context, accepted), Settled(source, accepted)));
  if (begun.ours) return RunTurn(context, begun.job, std::move(call), observer);
  if (begun.job.state != JobState::kSucceeded) {
    return absl::UnavailableError(absl::StrCat("job ", begun.job.id, " ended as ",
                                               JobStateName(begun.job.state), " (", begun.job.error,
                                               "); send the call again"));
  }
  ASSIGN_OR_RETURN(answer, pipeline_.FindAnswer(context, accepted));
  if (answer) return *std::move(answer);
  return absl::DataLossError(absl::StrCat("the result of job ", begun.job.id, " is gone"));
}

absl::StatusOr<JobStore::Begun> JobRunner::AwaitTurn(const Context& context, const Job& job,
                                                     const CallSource& source) {
  bool added = false;
  Resubmission resubmission = Resubmission::kRenew;
  while (true) {
    const int64_t seen = ended();
    ASSIGN_OR_RETURN(JobStore::Begun begun, store_.Begin(context, job, source, resubmission,
                                                         context.clock().Now() + options_.lease));
    if (begun.ours || HasEnded(begun.job.state)) return begun;
    added |= begun.added;
    resubmission = Resubmission::kKeep;
    AwaitChange(context, seen);
    const absl::Status waited = context.Check();
    if (waited.ok()) continue;
    // Nobody waits for it any more. One that is already being run may as well end.
    if (added && begun.job.state == JobState::kQueued) {
      Cancel(context.Detached(kReleaseBudget), job.id).status().IgnoreError();
    }
    return waited;
  }
}

absl::StatusOr<CallResult> JobRunner::RunTurn(const Context& context, const Job& job,
                                              CallInProgress call, StepObserver& observer) {
  const auto cancellation = std::make_shared<CancellationSource>();
  const OnCancel with_caller(context, [cancellation] { cancellation->Cancel(); });
  const Context attempt =
      context.WithCancellation(cancellation).WithBudget(options_.attempt_budget);
  Begin(job, cancellation);
  StepKeeper keeper([&](Step step) { SetStep(RunningKey(job), step); }, observer);
  absl::StatusOr<CallResult> result = pipeline_.Run(attempt, std::move(call), keeper);
  absl::Status given_back;
  if (!result.ok()) {
    const bool left = !attempt.Check().ok();
    given_back = GiveBack(attempt.Detached(kReleaseBudget), job, result.status(),
                          left ? JobState::kCancelled : JobState::kFailed);
  }
  End(job);
  // The lease ends by itself when it could not be given back.
  given_back.IgnoreError();
  return result;
}

absl::StatusOr<Job> JobRunner::Submit(const Context& context, const CallSource& source) {
  ASSIGN_OR_RETURN(const AcceptedCall call, Accept(context, source));
  return store_.Add(context, MakeJob(context, call), Settled(source, call), Resubmission::kKeep);
}

absl::StatusOr<bool> JobRunner::RunOne(const Context& context) {
  ASSIGN_OR_RETURN(const std::optional<ClaimedJob> claimed,
                   store_.Claim(context, context.clock().Now() + options_.lease));
  if (!claimed) return false;
  RETURN_IF_ERROR(RunClaimed(context, *claimed));
  return true;
}

absl::Status JobRunner::RunClaimed(const Context& context, const ClaimedJob& claimed) {
  const Job& job = claimed.job;
  const auto cancellation = std::make_shared<CancellationSource>();
  // After an outage of the store our own lease may have run out under an attempt that goes on.
  if (!Begin(job, cancellation)) return absl::OkStatus();
  // The process is stopping: the attempt ends, and the job is there for the next process.
  const OnCancel stop(context, [cancellation] { cancellation->Cancel(); });
  const Context attempt({.tenant = job.call.tenant,
                         .request_id = job.id,
                         .deadline = context.clock().Now() + options_.attempt_budget,
                         .cancellation = cancellation,
                         .clock = &context.clock()});
  NoObserver nobody;
  StepKeeper keeper([&](Step step) { SetStep(RunningKey(job), step); }, nobody);
  absl::Status outcome;
  if (job.attempts > options_.max_attempts) {
    outcome = absl::FailedPreconditionError(absl::StrCat(
        "given up: ", job.attempts - 1, " attempts ended without an answer; retry the job"));
  } else {
    absl::StatusOr<CallInProgress> call = pipeline_.Parse(attempt, claimed.source, keeper);
    outcome = call.ok() ? pipeline_.Run(attempt, *std::move(call), keeper).status() : call.status();
  }
  absl::Status given_back;
  if (!outcome.ok()) {
    const Context detached = attempt.Detached(kReleaseBudget);
    if (!context.Check().ok()) {
      // Not the job's fault: whoever comes next begins at once.
      given_back = store_.Release(detached, job, JobState::kQueued, "", context.clock().Now());
    } else {
      given_back = GiveBack(detached, job, outcome,
                            cancellation->IsCancelled() ? JobState::kCancelled : JobState::kQueued);
    }
  }
  End(job);
  return given_back;
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
  ++ended_;
}

void JobRunner::AwaitChange(const Context& context, int64_t seen) {
  const auto changed = [this, seen]()
                           ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ended_ != seen; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&changed),
                          std::min(options_.turn_poll_interval, context.Remaining()));
}

int64_t JobRunner::ended() const {
  absl::MutexLock lock(&mutex_);
  return ended_;
}

}  // namespace throughline::orchestrator
