#ifndef THROUGHLINE_SERVICES_ROUTER_SPEND_METRICS_H_
#define THROUGHLINE_SERVICES_ROUTER_SPEND_METRICS_H_

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// Counters of one family whose series stand at zero for kZeroTime before they rise. What Prometheus
// takes for the growth of a series leaves out the value at which it first saw it: the first dollar
// of a tenant, or of a way to fail, would be on no dashboard. Thread-safe; borrows the clock.
class CountersFromZero {
 public:
  // More than one scrape, at the longest interval that Prometheus is commonly set to.
  static constexpr absl::Duration kZeroTime = absl::Seconds(40);

  // `labels` are the names that Add gives values for.
  CountersFromZero(CounterFamily& family, std::vector<std::string> labels, const Clock& clock);

  void Add(std::initializer_list<absl::string_view> values, double amount)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Adds what has waited long enough.
  void Settle() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Series {
    prometheus::Counter* counter = nullptr;
    absl::Time rises_at;
    double owed = 0;
  };

  const Clock& clock_;
  absl::Mutex mutex_;
  ByLabels<Series> series_;  // what it holds is guarded by mutex_
};

// What model calls cost in US dollars, and how much of the budgets is used, for Prometheus. The
// ledger is the truth; `throughline_router_ledger_cost_usd_total` holds it beside what is counted
// here. Series are bounded: models and enumerations by their number, tenants by kMaxTenants. The
// first so many that this process sees have a label of their own; all others share kOtherTenants,
// as does a tenant of that name. Thread-safe.
class SpendMetrics {
 public:
  static constexpr size_t kMaxTenants = 50;
  static constexpr char kOtherTenants[] = "other";

  // Borrows both.
  SpendMetrics(MetricsRegistry& registry, const Clock& clock);

  // Budgets that are not in `policy` are shown no longer.
  void UsePolicy(const Policy& policy) ABSL_LOCKS_EXCLUDED(mutex_);

  // `model` is a label's value already.
  void OnAttempt(const Decision& decision, const Attempt& attempt, absl::string_view model);
  void OnDecision(absl::string_view tenant, const Decision& decision) ABSL_LOCKS_EXCLUDED(mutex_);
  // The budgets that bind a request of the tenant, once it is on record.
  void OnBudgets(absl::string_view tenant, const std::vector<BudgetState>& budgets)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // What the ledger has gained since the last time, whichever replica wrote it.
  void OnLedgerGrowth(int64_t nano_usd);

  // Brings up to date what changes with time alone. To be called every few seconds.
  void Settle() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // The fullest account that a budget has for a tenant, of those seen in its window.
  struct Fullest {
    std::string account;
    double used = 0;
    absl::Time resets_at;
    prometheus::Gauge* gauge = nullptr;
  };
  using BudgetAndTenant = std::pair<std::string, std::string>;

  std::string TenantLabel(absl::string_view tenant) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CountTenant(const std::string& label, const Decision& decision);

  const Clock& clock_;
  CountersFromZero cost_usd_;
  CountersFromZero escalation_cost_usd_;
  CountersFromZero tenant_cost_usd_;
  CountersFromZero tenant_baseline_cost_usd_;
  CountersFromZero tenant_requests_;
  CountersFromZero tenant_tokens_;
  LabelledCounter baseline_cost_usd_;
  LabelledHistogram call_cost_usd_;
  GaugeFamily& budget_used_ratio_;
  prometheus::Counter& ledger_cost_usd_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> tenants_ ABSL_GUARDED_BY(mutex_);
  std::map<BudgetAndTenant, Fullest> fullest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_SPEND_METRICS_H_
