#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQLITE_JOB_STORE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQLITE_JOB_STORE_H_

#include <map>
#include <optional>
#include <string>

#include "common/storage/sqlite.h"
#include "services/orchestrator/domain/jobs.h"

namespace throughline::orchestrator {

// Jobs in the file that OpenDatabase opens. Borrows it; thread-safe.
class SqliteJobStore final : public JobStore {
 public:
  explicit SqliteJobStore(storage::SqliteDatabase& database) : database_(database) {}

  // Queues every running job again: for the start of the one process that uses the file.
  absl::Status ReleaseAll(const Context& context);

  absl::StatusOr<Job> Add(const Context& context, const Job& job, const CallSource& source,
                          int max_unfinished) override;
  absl::StatusOr<std::optional<ClaimedJob>> Claim(const Context& context, const std::string& owner,
                                                  absl::Time lease_until) override;
  absl::StatusOr<bool> SetStep(const Context& context, const Job& job, const std::string& owner,
                               Step step) override;
  absl::Status Release(const Context& context, const Job& job, const std::string& owner,
                       JobState state, const std::string& error, absl::Time not_before) override;
  absl::StatusOr<Job> Get(const Context& context, const std::string& id) override;
  absl::StatusOr<JobPage> List(const Context& context, const JobFilter& filter, int page_size,
                               absl::string_view page_token) override;
  absl::StatusOr<Job> Cancel(const Context& context, const std::string& id) override;
  absl::StatusOr<Job> Retry(const Context& context, const std::string& id) override;
  absl::StatusOr<std::map<JobState, int64_t>> Count(const Context& context) override;

 private:
  storage::SqliteDatabase& database_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQLITE_JOB_STORE_H_
