#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_POSTGRES_SQL_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_POSTGRES_SQL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/router/store/sql.h"

namespace throughline::router {

// The ledger's tables in PostgreSQL's schema "router", made when missing. `conninfo` as libpq reads
// it; errors name the server, never the password.
absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenPostgres(const std::string& conninfo,
                                                          MetricsRegistry* metrics);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_POSTGRES_SQL_H_
