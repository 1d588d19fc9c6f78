#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_SQL_LEDGER_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_SQL_LEDGER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/ports.h"
#include "services/router/store/sql.h"

namespace throughline::router {

// Decisions, model calls and budgets in a database: one row a decision, one a model call, written
// in one transaction that also settles the budgets. Thread-safe.
class SqlLedger final : public DecisionLog, public BudgetBook {
 public:
  explicit SqlLedger(std::unique_ptr<SqlDatabase> database) : database_(std::move(database)) {}

  absl::StatusOr<StoredAnswer> FindAnswer(const Context& context,
                                          absl::string_view idempotency_key) override;
  absl::Status Append(const Context& context, const Answer& answer,
                      absl::string_view idempotency_key, absl::string_view fingerprint) override;
  absl::StatusOr<DecisionPage> List(const Context& context, const DecisionFilter& filter) override;
  absl::StatusOr<Decision> Get(const Context& context, absl::string_view id) override;
  absl::StatusOr<Spend> SumSpend(const Context& context, const SpendQuery& query) override;

  absl::Status Reserve(const Context& context, absl::Span<const BudgetAccount> accounts,
                       const Reservation& reservation) override;
  absl::StatusOr<std::vector<BudgetState>> States(
      const Context& context, absl::Span<const BudgetAccount> accounts) override;

  // OK while the database answers.
  absl::Status Ping(const Context& context) { return database_->Ping(context); }

 private:
  const std::unique_ptr<SqlDatabase> database_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_SQL_LEDGER_H_
