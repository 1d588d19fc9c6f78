#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_JOB_WORKERS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_JOB_WORKERS_H_

#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/observability/json_log.h"
#include "common/observability/metrics.h"
#include "services/orchestrator/domain/job_runner.h"

namespace throughline::orchestrator {

// Threads that run jobs as they fall due, one that renews this process's leases, and
// throughline_jobs{state}. Ends when destroyed: attempts under way are cancelled, and their jobs
// wait for the next process. Borrows everything.
class JobWorkers {
 public:
  JobWorkers(JobRunner& runner, JobStore& store, MetricsRegistry& metrics, int threads,
             absl::Duration poll_interval);
  ~JobWorkers();
  JobWorkers(const JobWorkers&) = delete;
  JobWorkers& operator=(const JobWorkers&) = delete;

  // A job has come: an idle worker looks at once.
  void Wake() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void KeepLeases() ABSL_LOCKS_EXCLUDED(mutex_);
  void CountJobs(const Context& context);

  JobRunner& runner_;
  JobStore& store_;
  GaugeFamily& jobs_;
  const absl::Duration poll_interval_;
  const std::shared_ptr<CancellationSource> cancellation_ = std::make_shared<CancellationSource>();
  OutageLog outage_{"the store of jobs"};
  absl::Mutex mutex_;
  int64_t wakes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
  std::thread lease_keeper_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_JOB_WORKERS_H_
