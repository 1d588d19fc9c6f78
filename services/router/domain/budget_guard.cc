#include "services/router/domain/budget_guard.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

// Beyond the model's own time: for judging, repairing and recording.
constexpr absl::Duration kLeaseMargin = absl::Minutes(2);

absl::Status Uncovered(const std::string& what, const Model& model, bool unpriced) {
  return WithReason(absl::ResourceExhaustedError(
                        absl::StrCat(what, " does not cover asking ", model.name,
                                     unpriced ? ", whose price is unknown; configure its price"
                                              : "; raise it or leave it out")),
                    kBudgetExhausted);
}

}  // namespace

absl::Status BudgetGuard::Admit(const Model& model, const Cost& spent, const Cost& most,
                                const std::string& decision_id) {
  const int64_t own = request_.max_cost_nano_usd;
  if (own > 0 && (most.unpriced || (spent + most).nano_usd > own)) {
    return Uncovered(absl::StrCat("max_cost_nano_usd ", own), model, most.unpriced);
  }
  if (accounts_.empty()) return absl::OkStatus();
  const auto limits_money = [](const BudgetAccount& account) { return account.limit_nano_usd > 0; };
  const auto limited = std::find_if(accounts_.begin(), accounts_.end(), limits_money);
  if (most.unpriced && limited != accounts_.end()) {
    return Uncovered(absl::StrCat("budget \"", limited->name, "\""), model, true);
  }
  const Reservation reservation{
      .id = decision_id,
      .nano_usd = most.nano_usd,
      .counts_request = !reserved_,
      .expires_at = context_.clock().Now() + model.timeout + kLeaseMargin};
  RETURN_IF_ERROR(book_->Reserve(context_, accounts_, reservation));
  reserved_ = true;
  return absl::OkStatus();
}

std::vector<std::string> BudgetGuard::charged() const {
  std::vector<std::string> keys;
  if (!reserved_) return keys;
  for (const BudgetAccount& account : accounts_) keys.push_back(account.key);
  return keys;
}

}  // namespace throughline::router
