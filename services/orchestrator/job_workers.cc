#include "services/orchestrator/job_workers.h"

#include <map>
#include <string>

#include "common/base/random_hex.h"

namespace throughline::orchestrator {
namespace {

// A beat may fail twice before the lease is over.
constexpr int kBeatsPerLease = 3;

}  // namespace

JobWorkers::JobWorkers(JobRunner& runner, JobStore& store, MetricsRegistry& metrics, int threads,
                       absl::Duration poll_interval)
    : runner_(runner),
      store_(store),
      jobs_(metrics.Gauge("throughline_jobs", "Unfinished background jobs, by state")),
      poll_interval_(poll_interval) {
  for (const JobState state : {JobState::kQueued, JobState::kRunning}) {
    jobs_.Add({{"state", std::string(JobStateName(state))}});
  }
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
  lease_keeper_ = std::thread([this] { KeepLeases(); });
}

JobWorkers::~JobWorkers() {
  cancellation_->Cancel();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  lease_keeper_.join();
}

void JobWorkers::Wake() {
  absl::MutexLock lock(&mutex_);
  ++wakes_;
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

void JobWorkers::KeepLeases() {
  const absl::Duration beat = runner_.options().lease / kBeatsPerLease;
  while (true) {
    const Context context({.request_id = RandomHex(8)});
    const absl::Status renewed = runner_.Renew(context.WithBudget(beat));
    if (renewed.ok()) {
      outage_.Succeeded();
    } else {
      outage_.Failed(renewed);
    }
    CountJobs(context.WithBudget(beat));
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), beat)) return;
  }
}

void JobWorkers::Run() {
  while (true) {
    int64_t seen = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      seen = wakes_;
    }
    const Context context({.request_id = RandomHex(8), .cancellation = cancellation_});
    const absl::StatusOr<bool> ran = runner_.RunOne(context);
    if (ran.ok()) {
      outage_.Succeeded();
    } else if (!absl::IsCancelled(ran.status())) {
      outage_.Failed(ran.status());
    }
    if (ran.ok() && *ran) continue;
    const auto woken = [this, seen]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return stopping_ || wakes_ != seen;
    };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&woken), poll_interval_);
  }
}

}  // namespace throughline::orchestrator
