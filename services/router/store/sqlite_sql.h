#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_SQLITE_SQL_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_SQLITE_SQL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/router/store/sql.h"

namespace throughline::router {

// The ledger's tables in a SQLite file, opened or created; errors name the path. Unless each commit
// is synced, the disk gets it within milliseconds.
absl::StatusOr<std::unique_ptr<SqlDatabase>> OpenSqlite(const std::string& path,
                                                        bool sync_each_commit);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_SQLITE_SQL_H_
