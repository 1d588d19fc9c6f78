#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/customer_queue.h"
#include "services/orchestrator/domain/jobs.h"
#include "services/orchestrator/domain/pipeline.h"

namespace throughline::orchestrator {

// Every call is a job: stored before any model is asked, and run by the process that has its
// customer's turn. Process runs one at once while its caller waits; Submit leaves one for RunOne.
// What a process that died had begun, others go on with. Borrows everything; thread-safe.
class JobRunner {
 public:
  struct Options {
    CustomerQueue::Options queue;  // callers of Process that wait
    int max_attempts = 8;          // for what a model or the network may do better next time
    absl::Duration attempt_budget = absl::Minutes(2);
    // Renew keeps a living process's turns; another takes them over this long after its last.
    absl::Duration lease = absl::Seconds(15);
    absl::Duration first_retry_delay = absl::Seconds(1);
    absl::Duration max_retry_delay = absl::Minutes(1);
    // How often a caller looks whether another process has given the turn back.
    absl::Duration turn_poll_interval = absl::Milliseconds(50);
  };

  JobRunner(Options options, JobStore& store, Pipeline& pipeline)
      : options_(std::move(options)), store_(store), pipeline_(pipeline), queue_(options_.queue) {}

  // Processes a call and answers when all of it is saved. The same call again gives the stored
  // answer, replayed, or waits for the one under way. Errors: those of Pipeline; RESOURCE_EXHAUSTED
  // with a retry delay when too much is under way. After an error the job is there to look at and
  // to retry; one whose models had all answered is saved in the background all the same.
  absl::StatusOr<CallResult> Process(const Context& context, const CallSource& source,
                                     StepObserver& observer) ABSL_LOCKS_EXCLUDED(mutex_);

  // Checks the call as Process would, and stores it as a job; durable when it returns. The same
  // call again gives the same job.
  absl::StatusOr<Job> Submit(const Context& context, const CallSource& source);

  // Claims a job and processes it. False when none was due. Errors are the store's: the job's own
  // are kept with it.
  absl::StatusOr<bool> RunOne(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);

  // To be called several times a lease: says that this process lives, and hears which of its jobs
  // are to stop.
  absl::Status Renew(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);

  // As JobStore::Cancel; stops an attempt of this process at once.
  absl::StatusOr<Job> Cancel(const Context& context, const std::string& id)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // A job as it is now, also where a running one of this process is.
  Job WithStep(Job job) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Callers of Process that wait for their customer's turn.
  size_t waiting() const { return queue_.waiting(); }
  const Options& options() const { return options_; }

 private:
  struct Running {
    Job job;
    std::optional<Step> step;
    std::shared_ptr<CancellationSource> cancellation;
  };

  // Stores the job and waits until its turn is ours, or until it has ended elsewhere.
  absl::StatusOr<JobStore::Begun> AwaitTurn(const Context& context, const Job& job,
                                            const CallSource& source);
  // Runs a job whose turn is ours, and gives the turn back.
  absl::StatusOr<CallResult> RunTurn(const Context& context, const Job& job, CallInProgress call,
                                     StepObserver& observer) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status RunClaimed(const Context& context, const ClaimedJob& claimed);
  // Ends the turn of an attempt that failed.
  absl::Status GiveBack(const Context& context, const Job& job, const absl::Status& outcome,
                        JobState otherwise);
  absl::Duration RetryDelay(const Job& job) const;
  bool Begin(const Job& job, std::shared_ptr<CancellationSource> cancellation)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void SetStep(const std::string& key, Step step) ABSL_LOCKS_EXCLUDED(mutex_);
  void End(const Job& job) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until a turn of this process has ended since `seen`, or the poll interval is over.
  void AwaitChange(const Context& context, int64_t seen) ABSL_LOCKS_EXCLUDED(mutex_);
  int64_t ended() const ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  JobStore& store_;
  Pipeline& pipeline_;
  CustomerQueue queue_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Running> running_ ABSL_GUARDED_BY(mutex_);  // by tenant and id
  int64_t ended_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_
