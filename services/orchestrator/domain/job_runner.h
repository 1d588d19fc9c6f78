#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/jobs.h"
#include "services/orchestrator/domain/pipeline.h"

namespace throughline::orchestrator {

// Takes conversations as jobs and processes them, one attempt at a time. The pipeline's checkpoint
// makes an attempt that follows a crash harmless: what was computed is saved, not computed again.
// Borrows everything; thread-safe.
class JobRunner {
 public:
  struct Options {
    std::string owner;  // names this process among those that share the store
    int max_unfinished = 10'000;
    int max_attempts = 8;
    absl::Duration attempt_budget = absl::Minutes(2);
    // Longer than an attempt may take: after it another process may claim the job.
    absl::Duration lease = absl::Seconds(150);
    absl::Duration first_retry_delay = absl::Seconds(1);
    absl::Duration max_retry_delay = absl::Minutes(1);
  };

  JobRunner(Options options, JobStore& store, Pipeline& pipeline)
      : options_(std::move(options)), store_(store), pipeline_(pipeline) {}

  // Checks the call as Pipeline::Process would, and stores it as a job; durable when it returns.
  // The same call again gives the same job.
  absl::StatusOr<Job> Submit(const Context& context, const CallSource& source);

  // Claims a job and processes it. False when none was due. Errors are the store's: the job's own
  // are kept with it.
  absl::StatusOr<bool> RunOne(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);

  // As JobStore::Cancel; stops an attempt of this process at once.
  absl::StatusOr<Job> Cancel(const Context& context, const std::string& id)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Status Finish(const Context& context, const Job& job, const absl::Status& outcome,
                      bool cancelled);
  absl::Duration RetryDelay(const Job& job) const;

  const Options options_;
  JobStore& store_;
  Pipeline& pipeline_;
  absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<CancellationSource>> running_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_
