#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOBS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOBS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/call.h"

// Calls that are processed in the background.
namespace throughline::orchestrator {

enum class JobState { kQueued = 1, kRunning = 2, kSucceeded = 3, kFailed = 4, kCancelled = 5 };
inline constexpr std::array<JobState, 5> kAllJobStates = {JobState::kQueued, JobState::kRunning,
                                                          JobState::kSucceeded, JobState::kFailed,
                                                          JobState::kCancelled};
// "queued", "running", "succeeded", "failed", "cancelled".
absl::string_view JobStateName(JobState state);

struct Job {
  std::string id;
  CallKey call;
  absl::Time occurred_at;      // of the call: a customer's jobs run in this order
  std::string content_digest;  // of what decides the result
  JobState state = JobState::kQueued;
  int attempts = 0;
  std::string error;  // why it failed, or failed last
  absl::Time created_at;
  std::optional<absl::Time> finished_at;
  std::optional<Step> step;  // while it runs
};

// A job whose customer's turn is ours, with what it has to process.
struct ClaimedJob {
  Job job;
  CallSource source;
};

// A job of this process and where it is.
struct RunningJob {
  Job job;
  std::optional<Step> step;
};

struct JobFilter {
  std::string customer_id;  // empty: all of the tenant
  std::optional<JobState> state;
};

struct JobPage {
  std::vector<Job> jobs;  // newest first
  std::string next_page_token;
};

// What becomes of a call that has a job already.
enum class Resubmission {
  kKeep,  // the stored job stands, however it ended
  kRenew  // one that failed or was cancelled begins anew
};

// Keeps jobs, in order, for all processes that share the store. Of each customer one job runs at a
// time: it has the customer's turn. A turn is on lease to the store's owner, a process; a process
// that does not renew its leases is dead, and others take its turns over. Every write is durable
// when it returns. Thread-safe.
class JobStore {
 public:
  virtual ~JobStore() = default;

  // Stores a new job as kQueued, or returns the stored one when the call has one with the same
  // digest. ALREADY_EXISTS when the call has one with another, unless that one failed or was
  // cancelled; RESOURCE_EXHAUSTED with a retry delay when too many jobs are unfinished.
  virtual absl::StatusOr<Job> Add(const Context& context, const Job& job, const CallSource& source,
                                  Resubmission resubmission) = 0;
  struct Begun {
    Job job;
    bool added = false;  // by this call
    bool ours = false;   // kRunning, and the turn is this process's
    // There is a record of the call that is saved, or of other content: nothing was stored.
    bool is_answered = false;
    bool is_fresh = false;  // ours, and nothing that an earlier attempt has kept
  };
  // Add, and takes the customer's turn until `lease_until` when it is the job's; but for a call
  // that is answered. Survives the process; the machine only with the next write: nobody has been
  // told of the job yet.
  virtual absl::StatusOr<Begun> Begin(const Context& context, const Job& job,
                                      const CallSource& source, Resubmission resubmission,
                                      absl::Time lease_until) = 0;
  // Takes the turn of the customer, of any tenant, who has waited longest, for the customer's
  // earliest call: as kRunning and ours until `lease_until`. Turns whose lease is over are taken
  // first. Empty when nothing is due.
  virtual absl::StatusOr<std::optional<ClaimedJob>> Claim(const Context& context,
                                                          absl::Time lease_until) = 0;
  // Renews the leases of this process's jobs and notes where they are. Returns the ids of those
  // that somebody asked to cancel.
  virtual absl::StatusOr<std::vector<std::string>> Renew(
      const Context& context, absl::Time lease_until, const std::vector<RunningJob>& running) = 0;
  // Ends the job's turn: kFailed, kCancelled, or kQueued to run again at `not_before`; the
  // customer's next one waits until then, too. kSucceeded is CallStore::SaveFinished. No effect
  // when the turn is no longer ours.
  virtual absl::Status Release(const Context& context, const Job& job, JobState state,
                               const std::string& error, absl::Time not_before) = 0;
  // Gives up every turn of this process: its running jobs are kQueued, due at once, and the attempt
  // does not count.
  virtual absl::Status HandOver(const Context& context) = 0;
  // The context's tenant's job; NOT_FOUND names `job_id`.
  virtual absl::StatusOr<Job> Get(const Context& context, const std::string& id) = 0;
  virtual absl::StatusOr<JobPage> List(const Context& context, const JobFilter& filter,
                                       int page_size, absl::string_view page_token) = 0;
  // kQueued becomes kCancelled; kRunning is asked to stop. FAILED_PRECONDITION when it has
  // finished.
  virtual absl::StatusOr<Job> Cancel(const Context& context, const std::string& id) = 0;
  // kFailed or kCancelled becomes kQueued with no attempts. FAILED_PRECONDITION otherwise.
  virtual absl::StatusOr<Job> Retry(const Context& context, const std::string& id) = 0;
  // The unfinished jobs of all tenants, by state.
  virtual absl::StatusOr<std::map<JobState, int64_t>> Count(const Context& context) = 0;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_JOBS_H_
