#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_OPEN_LEDGER_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_OPEN_LEDGER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/router/store/sql_ledger.h"

namespace throughline::router {

// The ledger in a SQLite file, opened or created; errors name the path.
absl::StatusOr<std::unique_ptr<SqlLedger>> OpenSqliteLedger(const std::string& path);

// The ledger in PostgreSQL, for several routers at once. `conninfo` as libpq reads it.
absl::StatusOr<std::unique_ptr<SqlLedger>> OpenPostgresLedger(const std::string& conninfo);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_OPEN_LEDGER_H_
