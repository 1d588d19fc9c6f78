#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_JOB_STORE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_JOB_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/sql/sql.h"
#include "services/orchestrator/domain/jobs.h"

namespace throughline::orchestrator {

// Jobs in a database that OpenSqlite or OpenPostgres opened. Borrows it; thread-safe.
class SqlJobStore final : public JobStore {
 public:
  struct Options {
    std::string owner;            // this process among those that share the store; not empty
    int max_unfinished = 10'000;  // jobs in the whole store
  };

  SqlJobStore(sql::SqlDatabase& database, Options options)
      : database_(database), options_(std::move(options)) {}

  absl::StatusOr<Job> Add(const Context& context, const Job& job, const CallSource& source,
                          Resubmission resubmission) override;
  absl::StatusOr<Begun> Begin(const Context& context, const Job& job, const CallSource& source,
                              Resubmission resubmission, absl::Time lease_until) override;
  absl::StatusOr<std::optional<ClaimedJob>> Claim(const Context& context,
                                                  absl::Time lease_until) override;
  absl::StatusOr<std::vector<std::string>> Renew(const Context& context, absl::Time lease_until,
                                                 const std::vector<RunningJob>& running) override;
  absl::Status Release(const Context& context, const Job& job, JobState state,
                       const std::string& error, absl::Time not_before) override;
  absl::Status HandOver(const Context& context) override;
  absl::StatusOr<Job> Get(const Context& context, const std::string& id) override;
  absl::StatusOr<JobPage> List(const Context& context, const JobFilter& filter, int page_size,
                               absl::string_view page_token) override;
  absl::StatusOr<Job> Cancel(const Context& context, const std::string& id) override;
  absl::StatusOr<Job> Retry(const Context& context, const std::string& id) override;
  absl::StatusOr<std::map<JobState, int64_t>> Count(const Context& context) override;

 private:
  // Within a transaction that has locked the customer's turn.
  absl::StatusOr<Begun> Store(sql::SqlSession& session, const Job& job, const CallSource& source,
                              Resubmission resubmission);
  absl::Status CheckRoom(sql::SqlSession& session);

  sql::SqlDatabase& database_;
  const Options options_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_JOB_STORE_H_
