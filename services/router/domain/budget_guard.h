#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_BUDGET_GUARD_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_BUDGET_GUARD_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// What binds one request's spending: its own limit and the budgets of its tenant, customer and
// call. For one thread at a time; borrows everything.
class BudgetGuard {
 public:
  // Without a book, or without rules, only the request's own limit binds.
  BudgetGuard(const Context& context, const Request& request, absl::Span<const BudgetRule> rules,
              BudgetBook* book)
      : context_(context), request_(request), book_(book) {
    if (book_ == nullptr) return;
    accounts_ = AccountsOf(rules, context.tenant(), request.attribution, context.clock().Now());
  }

  // Sets `most` aside for a call of `model`. RESOURCE_EXHAUSTED when it is not covered, with the
  // time to retry where there is one.
  absl::Status Admit(const Model& model, const Cost& spent, const Cost& most,
                     const std::string& decision_id);

  // Keys of the accounts that the decision is charged to: those where something was set aside.
  std::vector<std::string> charged() const;

 private:
  const Context& context_;
  const Request& request_;
  BudgetBook* const book_;
  std::vector<BudgetAccount> accounts_;
  bool reserved_ = false;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_BUDGET_GUARD_H_
