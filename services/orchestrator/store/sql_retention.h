#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_RETENTION_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_RETENTION_H_

#include <string>
#include <vector>

#include "common/retention/sweeper.h"
#include "common/sql/sql.h"

namespace throughline::orchestrator {

// What retention rules may take from the orchestrator's database: calls that are saved, by when
// they took place, with their jobs and what subscribers were to be told of them; what was sent of
// calls that failed, likewise; jobs and deliveries by when they ended. Borrows the database;
// thread-safe.
class SqlRetention final : public retention::Erasable {
 public:
  explicit SqlRetention(sql::SqlDatabase& database) : database_(database) {}

  std::vector<absl::string_view> Kinds() const override;
  absl::StatusOr<std::vector<std::string>> Tenants(const Context& context) override;
  absl::StatusOr<int64_t> Count(const Context& context, absl::string_view kind,
                                absl::Time before) override;
  absl::StatusOr<retention::Batch> Erase(const Context& context, absl::string_view kind,
                                         absl::Time before, int limit) override;
  absl::Status ScrubErased(const Context& context) override {
    return database_.ScrubErased(context);
  }

 private:
  sql::SqlDatabase& database_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SQL_RETENTION_H_
