#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_RETENTION_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_RETENTION_H_

#include <string>
#include <vector>

#include "common/retention/sweeper.h"
#include "services/router/store/sql_ledger.h"

namespace throughline::router {

// What retention rules may take from a ledger: decisions with their model calls and costs, by when
// they were made. Budgets stand apart and keep their count. Borrows the ledger; thread-safe.
class LedgerRetention final : public retention::Erasable {
 public:
  explicit LedgerRetention(SqlLedger& ledger) : ledger_(ledger) {}

  std::vector<absl::string_view> Kinds() const override { return {retention::kDecisions}; }
  absl::StatusOr<std::vector<std::string>> Tenants(const Context& context) override;
  absl::StatusOr<int64_t> Count(const Context& context, absl::string_view kind,
                                absl::Time before) override;
  absl::StatusOr<retention::Batch> Erase(const Context& context, absl::string_view kind,
                                         absl::Time before, int limit) override;
  absl::Status ScrubErased(const Context& context) override { return ledger_.ScrubErased(context); }

 private:
  SqlLedger& ledger_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_RETENTION_H_
