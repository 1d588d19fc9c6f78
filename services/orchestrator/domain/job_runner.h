#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/base/timers.h"
#include "services/orchestrator/domain/customer_queue.h"
#include "services/orchestrator/domain/jobs.h"
#include "services/orchestrator/domain/pipeline.h"

namespace throughline::orchestrator {

// Reason of the error of a call that goes on in another process.
inline constexpr char kHandedOver[] = "CALL_HANDED_OVER";

// Every call is a job: stored before any model is asked, and run by the process that has its
// customer's turn. Process runs one at once while its caller waits; Submit leaves one for Claim.
// What a process that died had begun, others go on with. Calls that wait, for their turn or for a
// model, hold no thread. Borrows everything; thread-safe.
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
    // How often a caller looks whether others have given the turn back: less often as it waits.
    absl::Duration first_turn_poll = absl::Milliseconds(5);
    absl::Duration max_turn_poll = absl::Milliseconds(250);
  };

  JobRunner(Options options, JobStore& store, Pipeline& pipeline, Timers& timers)
      : options_(std::move(options)),
        store_(store),
        pipeline_(pipeline),
        timers_(timers),
        queue_(options_.queue, timers) {}

  // Processes a call and answers when all of it is saved. The same call again gives the stored
  // answer, replayed, or waits for the one under way. Errors: those of Pipeline; RESOURCE_EXHAUSTED
  // with a retry delay when too much is under way; UNAVAILABLE with kHandedOver and a retry delay
  // when this process ends first. After an error the job is there to look at and to retry; one
  // whose models had all answered is saved in the background all the same.
  Task<absl::StatusOr<CallResult>> Process(const Context& context, const CallSource& source,
                                           StepObserver& observer);

  // Checks the call as Process would, and stores it as a job; durable when it returns. The same
  // call again gives the same job.
  absl::StatusOr<Job> Submit(const Context& context, const CallSource& source);

  // Takes a job that is due, for RunClaimed. Empty when none is.
  absl::StatusOr<std::optional<ClaimedJob>> Claim(const Context& context);
  // Processes a claimed job. Errors are the store's: the job's own are kept with it. When `context`
  // is cancelled the job is left to the next process.
  Task<absl::Status> RunClaimed(const Context& context, const ClaimedJob& claimed);

  // To be called several times a lease: says that this process lives, and hears which of its jobs
  // are to stop.
  absl::Status Renew(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_, turns_mutex_);

  // Before the process ends: leaves the calls under way, and those whose turn has not come, to the
  // next process or another replica, which go on from the last checkpoint. Every caller hears so at
  // once. Errors are the store's: others then take over when the leases are over.
  absl::Status HandOver(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_, turns_mutex_);

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
  Task<absl::StatusOr<JobStore::Begun>> AwaitTurn(const Context& context, const Job& job,
                                                  const CallSource& source);
  // Runs a job whose turn is ours, and gives the turn back.
  Task<absl::StatusOr<CallResult>> RunTurn(const Context& context, const Job& job,
                                           CallInProgress call, StepObserver& observer);
  // Stores a call whose turn has not come for the next process.
  absl::Status KeepForLater(const Context& context, const Job& job, const CallSource& source);
  // Gives the turn back with the job due at once: what ended the attempt is not the job's fault.
  absl::Status LeaveToNext(const Context& context, const Job& job);
  // Ends the turn of an attempt that failed.
  absl::Status GiveBack(const Context& context, const Job& job, const absl::Status& outcome,
                        JobState otherwise);
  absl::Duration RetryDelay(const Job& job) const;
  // False when the job runs here already, or nothing may begin any more.
  bool Begin(const Job& job, std::shared_ptr<CancellationSource> cancellation)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void SetStep(const std::string& key, Step step) ABSL_LOCKS_EXCLUDED(mutex_);
  void End(const Job& job) ABSL_LOCKS_EXCLUDED(mutex_);
  bool is_ending() const ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  JobStore& store_;
  Pipeline& pipeline_;
  Timers& timers_;
  CustomerQueue queue_;
  // Held while all turns of this process are written: two such transactions could each wait for a
  // turn that the other has locked.
  absl::Mutex turns_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  mutable absl::Mutex mutex_;
  std::map<std::string, Running> running_ ABSL_GUARDED_BY(mutex_);  // by tenant and id
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOB_RUNNER_H_
