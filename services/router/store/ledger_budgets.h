#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_BUDGETS_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_BUDGETS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/sql/sql.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/types.h"

// Budgets as rows, inside a transaction of SqlLedger's.
namespace throughline::router {

// Sets money aside in every account; an error leaves the transaction to be rolled back. Gives back
// what leases that ended before `now` had set aside, and forgets accounts of windows long past.
absl::Status ReserveBudgets(sql::SqlSession& session, absl::string_view tenant,
                            absl::Span<const BudgetAccount> accounts,
                            const Reservation& reservation, absl::Time now);

// Charges the decision's cost to its accounts and gives back what was reserved under its id.
absl::Status SettleBudgets(sql::SqlSession& session, absl::string_view tenant,
                           const Decision& decision);

absl::StatusOr<BudgetState> ReadBudget(sql::SqlSession& session, absl::string_view tenant,
                                       const BudgetAccount& account);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_BUDGETS_H_
