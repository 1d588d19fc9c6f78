#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_BUDGET_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_BUDGET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "services/router/domain/types.h"

// What may be spent, by whom and until when. Money is set aside before a model is asked (reserve)
// and exchanged for what the call really cost when its decision goes on record (settle), so that
// requests side by side cannot overspend. Pure but for BudgetBook.
namespace throughline::router {

inline constexpr size_t kMaxBudgets = 32;
inline constexpr char kBudgetExhausted[] = "BUDGET_EXHAUSTED";
inline constexpr char kQuotaExhausted[] = "QUOTA_EXHAUSTED";

enum class BudgetScope { kTenant = 1, kCustomer = 2, kCall = 3 };
// How long a budget lasts before it starts anew, in UTC. kForever: it does not.
enum class BudgetWindow { kMinute, kHour, kDay, kMonth, kForever };

// One budget of the configuration. At least one of the limits is set.
struct BudgetRule {
  std::string name;
  BudgetScope scope = BudgetScope::kTenant;
  std::string subject;         // only this tenant, customer or call; empty: each of its own
  int64_t limit_nano_usd = 0;  // 0: no limit of money
  int64_t limit_requests = 0;  // 0: no limit of requests
  BudgetWindow window = BudgetWindow::kDay;
};

// One window of one subject of a rule: what is counted.
struct BudgetAccount {
  std::string key;  // unique within the tenant
  std::string name;
  BudgetScope scope = BudgetScope::kTenant;
  std::string subject;
  int64_t limit_nano_usd = 0;
  int64_t limit_requests = 0;
  absl::Time resets_at = absl::InfiniteFuture();
};

struct BudgetState {
  BudgetAccount account;
  int64_t spent_nano_usd = 0;
  int64_t reserved_nano_usd = 0;
  int64_t requests = 0;
};

// Money set aside for one request. A lease: what is not settled when it ends returns to the
// budget, as after a crash.
struct Reservation {
  std::string id;  // the decision's
  int64_t nano_usd = 0;
  bool counts_request = false;  // the first of its request
  absl::Time expires_at;
};

// The accounts that `rules` give work for `attribution` at `now`. A rule for customers or calls
// gives none when the work names none.
std::vector<BudgetAccount> AccountsOf(absl::Span<const BudgetRule> rules, absl::string_view tenant,
                                      const Attribution& attribution, absl::Time now);

// OK when `state` has room for the reservation; else RESOURCE_EXHAUSTED naming the budget, with
// the time after which to retry and the reason BUDGET_EXHAUSTED or QUOTA_EXHAUSTED.
absl::Status CheckRoom(const BudgetState& state, const Reservation& reservation, absl::Time now);

// The durable state of budgets, per tenant of the context. What a decision cost is charged to its
// accounts by DecisionLog::Append, which settles the reservation under the decision's id in the
// same transaction. Thread-safe.
class BudgetBook {
 public:
  virtual ~BudgetBook() = default;

  // Sets money aside in all accounts or in none; a further reservation under an id adds to the
  // first. Errors: CheckRoom's; UNAVAILABLE when nothing could be kept.
  virtual absl::Status Reserve(const Context& context, absl::Span<const BudgetAccount> accounts,
                               const Reservation& reservation) = 0;
  // In the order of `accounts`.
  virtual absl::StatusOr<std::vector<BudgetState>> States(
      const Context& context, absl::Span<const BudgetAccount> accounts) = 0;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_BUDGET_H_
