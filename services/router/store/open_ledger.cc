#include "services/router/store/open_ledger.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/sql/open.h"
#include "services/router/store/decision_schema.h"
#include "services/router/store/journal_writer.h"

namespace throughline::router {

absl::StatusOr<std::unique_ptr<SqlLedger>> OpenSqliteLedger(const std::string& path,
                                                            LedgerSync sync) {
  ASSIGN_OR_RETURN(
      std::unique_ptr<sql::SqlDatabase> database,
      sql::OpenSqlite({.path = path, .sync_each_commit = sync == LedgerSync::kEachCommit},
                      kDecisionMigrations));
  // Who waits for the disk each time has nothing to gain from a journal, but one may be left.
  const bool is_used = sync == LedgerSync::kBehind;
  const std::string journal_path = absl::StrCat(path, ".pending");
  if (!is_used && access(journal_path.c_str(), F_OK) != 0) {
    return std::make_unique<SqlLedger>(std::move(database));
  }
  absl::StatusOr<std::unique_ptr<AppendJournal>> journal = AppendJournal::Open(journal_path);
  if (absl::IsFailedPrecondition(journal.status())) {
    return std::make_unique<SqlLedger>(std::move(database));  // one journal, one process
  }
  RETURN_IF_ERROR(journal.status());
  RETURN_IF_ERROR(WriteOut(**journal, *database, Context::Background()));
  if (!is_used) journal->reset();
  return std::make_unique<SqlLedger>(std::move(database), *std::move(journal));
}

absl::StatusOr<std::unique_ptr<SqlLedger>> OpenPostgresLedger(const std::string& conninfo,
                                                              MetricsRegistry* metrics) {
  ASSIGN_OR_RETURN(std::unique_ptr<sql::SqlDatabase> database,
                   sql::OpenPostgres({.conninfo = conninfo, .metrics = metrics}, "router",
                                     kPostgresDecisionMigrations));
  return std::make_unique<SqlLedger>(std::move(database));
}

}  // namespace throughline::router
