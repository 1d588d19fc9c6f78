#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SCHEMA_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SCHEMA_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/observability/metrics.h"
#include "common/sql/sql.h"

namespace throughline::orchestrator {

// Opens or creates the file that holds calls and jobs, for one process at a time. What ran by its
// account ended with the process before, so every turn in it is free. Errors name the path.
absl::StatusOr<std::unique_ptr<sql::SqlDatabase>> OpenSqlite(const std::string& path);

// The same in PostgreSQL's schema "orchestrator", which replicas share. `conninfo` as libpq reads
// it; errors name the server, never the password. `metrics` shows the pool; null: nothing does.
absl::StatusOr<std::unique_ptr<sql::SqlDatabase>> OpenPostgres(const std::string& conninfo,
                                                               size_t max_connections,
                                                               MetricsRegistry* metrics = nullptr);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_SCHEMA_H_
