#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_SPEND_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_SPEND_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/ports.h"
#include "services/router/store/sql.h"

namespace throughline::router {

// What the tenant spent, summed from model calls; the baseline from decisions.
absl::StatusOr<Spend> SumSpend(SqlSession& session, absl::string_view tenant,
                               const SpendQuery& query);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_SPEND_H_
