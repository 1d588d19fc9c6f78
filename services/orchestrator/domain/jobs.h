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
  bool cancel_requested = false;
};

// A job on loan to a worker, with what it has to process.
struct ClaimedJob {
  Job job;
  CallSource source;
};

struct JobFilter {
  std::string customer_id;  // empty: all of the tenant
  std::optional<JobState> state;
};

struct JobPage {
  std::vector<Job> jobs;  // newest first
  std::string next_page_token;
};

// Keeps jobs. Every write is durable when it returns. Thread-safe.
class JobStore {
 public:
  virtual ~JobStore() = default;

  // Stores a new job as kQueued, or returns the stored one when the call has one with the same
  // digest. ALREADY_EXISTS when the call has one with another; RESOURCE_EXHAUSTED with a retry
  // delay when `max_unfinished` jobs are unfinished.
  virtual absl::StatusOr<Job> Add(const Context& context, const Job& job, const CallSource& source,
                                  int max_unfinished) = 0;
  // The job that should run next, of any tenant, as kRunning until `lease_until`: the oldest that
  // is due, but of each customer only the earliest call, and none while another of the customer
  // runs. One whose lease has run out may be claimed again. Empty when there is none.
  virtual absl::StatusOr<std::optional<ClaimedJob>> Claim(const Context& context,
                                                          const std::string& owner,
                                                          absl::Time lease_until) = 0;
  // Says what the owner's running job is at. Returns whether its cancellation was asked for.
  virtual absl::StatusOr<bool> SetStep(const Context& context, const Job& job,
                                       const std::string& owner, Step step) = 0;
  // Ends the owner's loan: kSucceeded, kFailed, kCancelled, or kQueued to run again at
  // `not_before`. No effect on a job that is no longer the owner's.
  virtual absl::Status Release(const Context& context, const Job& job, const std::string& owner,
                               JobState state, const std::string& error, absl::Time not_before) = 0;
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
