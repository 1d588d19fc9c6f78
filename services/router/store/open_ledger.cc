#include "services/router/store/open_ledger.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/router/store/postgres_sql.h"
#include "services/router/store/sqlite_sql.h"

namespace throughline::router {

absl::StatusOr<std::unique_ptr<SqlLedger>> OpenSqliteLedger(const std::string& path,
                                                            LedgerSync sync) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqlDatabase> database,
                   OpenSqlite(path, sync == LedgerSync::kEachCommit));
  return std::make_unique<SqlLedger>(std::move(database));
}

absl::StatusOr<std::unique_ptr<SqlLedger>> OpenPostgresLedger(const std::string& conninfo) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqlDatabase> database, OpenPostgres(conninfo));
  return std::make_unique<SqlLedger>(std::move(database));
}

}  // namespace throughline::router
