#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_SPEND_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_SPEND_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/sql/sql.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// What the tenant spent, summed from model calls; the baseline from decisions.
absl::StatusOr<Spend> SumSpend(sql::SqlSession& session, absl::string_view tenant,
                               const SpendQuery& query);

// What decisions cost, whoever's they are.
struct LedgerGrowth {
  int64_t newest_sequence = 0;  // the highest number that a decision has
  int64_t nano_usd = 0;         // of decisions with numbers above `after`
  int64_t until_nano_usd = 0;   // of those among them with numbers up to `until`
};
absl::StatusOr<LedgerGrowth> SumGrowth(sql::SqlSession& session, int64_t after, int64_t until);
// The highest number that a decision has; 0 when there is none.
absl::StatusOr<int64_t> NewestSequence(sql::SqlSession& session);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_LEDGER_SPEND_H_
