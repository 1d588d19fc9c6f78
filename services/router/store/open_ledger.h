#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_OPEN_LEDGER_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_OPEN_LEDGER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/observability/metrics.h"
#include "services/router/store/sql_ledger.h"

namespace throughline::router {

// When what is kept reaches the disk. Either way a row outlives the process at once; behind, a
// power cut may take those of the last milliseconds.
enum class LedgerSync { kBehind, kEachCommit };

// The ledger in a SQLite file, opened or created; errors name the path.
absl::StatusOr<std::unique_ptr<SqlLedger>> OpenSqliteLedger(const std::string& path,
                                                            LedgerSync sync = LedgerSync::kBehind);

// The ledger in PostgreSQL, for several routers at once. `conninfo` as libpq reads it;
// `metrics` shows the pool, null: nothing does.
absl::StatusOr<std::unique_ptr<SqlLedger>> OpenPostgresLedger(const std::string& conninfo,
                                                              MetricsRegistry* metrics = nullptr);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_OPEN_LEDGER_H_
