#include "services/orchestrator/job_workers.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/base/await.h"
#include "common/base/random_hex.h"

namespace throughline::orchestrator {
namespace {

// A beat may fail twice before the lease is over.
constexpr int kBeatsPerLease = 3;
// Each claim is a commit, and commits side by side share their way to the disk.
constexpr int kClaimers = 4;
constexpr size_t kStepThreads = 8;
constexpr absl::Duration kHandOverBudget = absl::Seconds(5);

Context NewContext() {
  return Context({.actor = "service:orchestrator", .request_id = RandomHex(8)});
}

}  // namespace

JobWorkers::JobWorkers(Options options, JobRunner& runner, JobStore& store,
                       MetricsRegistry& metrics)
    : options_(options),
      runner_(runner),
      store_(store),
      jobs_(metrics.Gauge("throughline_jobs", "Unfinished background jobs, by state")),
      pool_({.name = "jobs", .threads = kStepThreads, .max_queued = 0}) {
  for (const JobState state : {JobState::kQueued, JobState::kRunning}) {
    jobs_.Add({{"state", std::string(JobStateName(state))}});
  }
  for (int i = 0; i < kClaimers; ++i) claimers_.emplace_back([this] { Claim(); });
  lease_keeper_ = std::thread([this] { KeepLeases(); });
}

JobWorkers::~JobWorkers() {
  StopClaiming();
  for (std::thread& claimer : claimers_) claimer.join();
  HandOver();
  {
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; };
    mutex_.Await(absl::Condition(&idle));
    ended_ = true;
  }
  lease_keeper_.join();
}

void JobWorkers::Wake() {
  absl::MutexLock lock(&mutex_);
  ++wakes_;
}

void JobWorkers::StopClaiming() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
}

void JobWorkers::HandOver() {
  const absl::Status handed_over = runner_.HandOver(NewContext().WithBudget(kHandOverBudget));
  if (handed_over.ok()) return;
  Log(Severity::kWarning, "calls are taken over when their leases end",
      {{"error", std::string(handed_over.message())}});
}

void JobWorkers::CountJobs(const Context& context) {
  const auto counts = store_.Count(context);
  if (!counts.ok()) return;
  for (const JobState state : {JobState::kQueued, JobState::kRunning}) {
    const auto found = counts->find(state);
    jobs_.Add({{"state", std::string(JobStateName(state))}})
        .Set(found == counts->end() ? 0 : static_cast<double>(found->second));
  }
}

void JobWorkers::Note(const absl::Status& status) {
  if (status.ok()) {
    outage_.Succeeded();
  } else if (!absl::IsCancelled(status)) {
    outage_.Failed(status);
  }
}

void JobWorkers::KeepLeases() {
  const absl::Duration beat = runner_.options().lease / kBeatsPerLease;
  while (true) {
    const Context context = NewContext();
    Note(runner_.Renew(context.WithBudget(beat)));
    CountJobs(context.WithBudget(beat));
    absl::MutexLock lock(&mutex_);
    if (AwaitFor(mutex_, absl::Condition(&ended_), beat)) return;
  }
}

void JobWorkers::Claim() {
  int64_t wakes_seen = 0;
  while (TakePlace(wakes_seen)) {
    absl::StatusOr<std::optional<ClaimedJob>> claimed = runner_.Claim(NewContext());
    Note(claimed.status());
    if (!claimed.ok() || !claimed->has_value()) {
      FreePlace();
      AwaitWake(wakes_seen);
      continue;
    }
    Start<absl::Status>(pool_, Run(**std::move(claimed)), [this](absl::Status status) {
      Note(status);
      FreePlace();
    });
  }
}

Task<absl::Status> JobWorkers::Run(ClaimedJob claimed) {
  co_await Reschedule();
  const TraceEntry trace = EnterTrace("", options_.tracer);
  const Context context(
      {.request_id = RandomHex(8), .traceparent = trace.traceparent, .tracer = trace.tracer});
  Span span(context, trace, "run", "job", SpanKind::kConsumer);
  span.Set("throughline.job.attempt", claimed.job.attempts);
  const absl::Status ended = co_await runner_.RunClaimed(context, claimed);
  co_return span.Note(ended);
}

bool JobWorkers::TakePlace(int64_t& wakes_seen) {
  const auto may_go_on = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || under_way_ < options_.max_at_once;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&may_go_on));
  if (stopping_) return false;
  ++under_way_;
  wakes_seen = wakes_;
  return true;
}

void JobWorkers::FreePlace() {
  absl::MutexLock lock(&mutex_);
  --under_way_;
}

void JobWorkers::AwaitWake(int64_t wakes_seen) {
  const auto woken = [this, wakes_seen]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || wakes_ != wakes_seen;
  };
  absl::MutexLock lock(&mutex_);
  AwaitFor(mutex_, absl::Condition(&woken), options_.poll_interval);
}

}  // namespace throughline::orchestrator
