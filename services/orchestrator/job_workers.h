#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_JOB_WORKERS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_JOB_WORKERS_H_

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/base/context.h"
#include "common/base/span.h"
#include "common/observability/json_log.h"
#include "common/observability/metrics.h"
#include "services/orchestrator/domain/job_runner.h"

namespace throughline::orchestrator {

// Runs jobs as they fall due, renews this process's leases, and keeps throughline_jobs{state}. Ends
// when destroyed: what is under way is handed over. Borrows everything.
class JobWorkers {
 public:
  struct Options {
    int max_at_once = 128;  // jobs under way; most of their time they wait for models
    absl::Duration poll_interval = absl::Seconds(1);
    Tracer* tracer = nullptr;  // each job is a trace; null: none are recorded
  };

  JobWorkers(Options options, JobRunner& runner, JobStore& store, MetricsRegistry& metrics);
  ~JobWorkers();
  JobWorkers(const JobWorkers&) = delete;
  JobWorkers& operator=(const JobWorkers&) = delete;

  // A job has come: an idle claimer looks at once.
  void Wake() ABSL_LOCKS_EXCLUDED(mutex_);

  // Begins no further job.
  void StopClaiming() ABSL_LOCKS_EXCLUDED(mutex_);
  // JobRunner::HandOver, within a bounded time.
  void HandOver();

 private:
  void Claim() ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits for a place; false when there is nothing more to begin.
  bool TakePlace(int64_t& wakes_seen) ABSL_LOCKS_EXCLUDED(mutex_);
  void FreePlace() ABSL_LOCKS_EXCLUDED(mutex_);
  void AwaitWake(int64_t wakes_seen) ABSL_LOCKS_EXCLUDED(mutex_);
  Task<absl::Status> Run(ClaimedJob claimed);
  void Note(const absl::Status& status);
  void KeepLeases() ABSL_LOCKS_EXCLUDED(mutex_);
  void CountJobs(const Context& context);

  const Options options_;
  JobRunner& runner_;
  JobStore& store_;
  GaugeFamily& jobs_;
  OutageLog outage_{"the store of jobs"};
  absl::Mutex mutex_;
  int64_t wakes_ ABSL_GUARDED_BY(mutex_) = 0;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;  // places taken
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  BoundedPool pool_;  // where jobs take their steps
  std::vector<std::thread> claimers_;
  std::thread lease_keeper_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_JOB_WORKERS_H_
