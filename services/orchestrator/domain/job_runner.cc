#include "services/orchestrator/domain/job_runner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
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

// Keeps the job's step up to date, and hears of a cancellation that another process was asked for.
class StepKeeper final : public StepObserver {
 public:
  StepKeeper(const Context& context, JobStore& store, const Job& job, const std::string& owner)
      : context_(context), store_(store), job_(job), owner_(owner) {}

  void Started(Step step) override {
    const absl::StatusOr<bool> cancel = store_.SetStep(context_, job_, owner_, step);
    if (cancel.ok() && *cancel) context_.cancellation()->Cancel();
  }
  void Finished(Step, absl::Duration, const std::string&) override {}

 private:
  const Context& context_;
  JobStore& store_;
  const Job& job_;
  const std::string& owner_;
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

absl::StatusOr<Job> JobRunner::Submit(const Context& context, const CallSource& source) {
  ASSIGN_OR_RETURN(const AcceptedCall call, Accept(context, source));
  CallSource settled = source;
  settled.call_id = call.key.call_id;
  // The day it was taken on is the call's when nothing says otherwise, however late it is
  // processed.
  settled.call_date = absl::ToCivilDay(call.occurred_at, absl::UTCTimeZone());
  const std::string name =
      Sha256Hex({call.key.tenant, call.key.customer_id, call.key.call_id}).substr(0, kIdDigits);
  const Job job{.id = absl::StrCat("job-", name),
                .call = call.key,
                .occurred_at = call.occurred_at,
                .content_digest = call.content_digest,
                .created_at = context.clock().Now()};
  return store_.Add(context, job, settled, options_.max_unfinished);
}

absl::StatusOr<bool> JobRunner::RunOne(const Context& context) {
  ASSIGN_OR_RETURN(const std::optional<ClaimedJob> claimed,
                   store_.Claim(context, options_.owner, context.clock().Now() + options_.lease));
  if (!claimed) return false;
  const Job& job = claimed->job;
  const auto cancellation = std::make_shared<CancellationSource>();
  {
    absl::MutexLock lock(&mutex_);
    running_[job.id] = cancellation;
  }
  // The process is stopping: the attempt ends, and the job is there for the next process.
  const OnCancel stop(context, [&cancellation] { cancellation->Cancel(); });
  const Context attempt({.tenant = job.call.tenant,
                         .request_id = job.id,
                         .deadline = context.clock().Now() + options_.attempt_budget,
                         .cancellation = cancellation,
                         .clock = &context.clock()});
  if (job.cancel_requested) cancellation->Cancel();
  StepKeeper keeper(attempt, store_, job, options_.owner);
  absl::Status outcome = attempt.Check();
  if (outcome.ok()) outcome = pipeline_.Process(attempt, claimed->source, keeper).status();
  {
    absl::MutexLock lock(&mutex_);
    running_.erase(job.id);
  }
  const Context detached = attempt.Detached(kReleaseBudget);
  if (!outcome.ok() && !context.Check().ok()) {
    // Not the job's fault: whoever comes next begins at once.
    RETURN_IF_ERROR(store_.Release(detached, job, options_.owner, JobState::kQueued, "",
                                   context.clock().Now()));
    return true;
  }
  RETURN_IF_ERROR(Finish(detached, job, outcome, cancellation->IsCancelled()));
  return true;
}

absl::Status JobRunner::Finish(const Context& context, const Job& job, const absl::Status& outcome,
                               bool cancelled) {
  const absl::Time now = context.clock().Now();
  const std::string error(outcome.message());
  if (outcome.ok()) {
    return store_.Release(context, job, options_.owner, JobState::kSucceeded, "", now);
  }
  if (cancelled) {
    return store_.Release(context, job, options_.owner, JobState::kCancelled, error, now);
  }
  if (IsPermanent(outcome.code()) || job.attempts >= options_.max_attempts) {
    return store_.Release(context, job, options_.owner, JobState::kFailed, error, now);
  }
  return store_.Release(context, job, options_.owner, JobState::kQueued, error,
                        now + RetryDelay(job));
}

absl::Duration JobRunner::RetryDelay(const Job& job) const {
  absl::Duration delay = options_.first_retry_delay;
  for (int i = 1; i < job.attempts && delay < options_.max_retry_delay; ++i) delay *= 2;
  return std::min(delay, options_.max_retry_delay);
}

absl::StatusOr<Job> JobRunner::Cancel(const Context& context, const std::string& id) {
  ASSIGN_OR_RETURN(Job job, store_.Cancel(context, id));
  std::shared_ptr<CancellationSource> here;
  {
    absl::MutexLock lock(&mutex_);
    if (const auto found = running_.find(id); found != running_.end()) here = found->second;
  }
  if (here != nullptr) here->Cancel();
  return job;
}

}  // namespace throughline::orchestrator
