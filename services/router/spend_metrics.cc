#include "services/router/spend_metrics.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/router/domain/names.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

prometheus::Histogram::BucketBoundaries CostBuckets() {
  return {0, 0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};
}

// Of the limit that is nearer; 0 to 1, or a little more.
double UsedShare(const BudgetState& state) {
  const auto share = [](int64_t used, int64_t limit) {
    return limit == 0 ? 0 : static_cast<double>(used) / static_cast<double>(limit);
  };
  return std::max(share(state.spent_nano_usd, state.account.limit_nano_usd),
                  share(state.requests, state.account.limit_requests));
}

// What became of a request, as its tenant sees it.
const char* ResultOf(const Decision& decision) {
  if (decision.outcome != DecisionOutcome::kFailed) return "answered";
  return decision.reason == DecisionReason::kBudgetExhausted ? "refused" : "failed";
}

}  // namespace

void CountersFromZero::Add(const prometheus::Labels& labels, double amount) {
  const absl::Time now = clock_.SteadyNow();
  absl::MutexLock lock(&mutex_);
  Series& series = series_[labels];
  if (series.counter == nullptr) {
    series.counter = &family_.Add(labels);
    series.rises_at = now + kZeroTime;
  }
  series.owed += amount;
  if (now >= series.rises_at) series.counter->Increment(std::exchange(series.owed, 0));
}

void CountersFromZero::Settle() {
  const absl::Time now = clock_.SteadyNow();
  absl::MutexLock lock(&mutex_);
  for (auto& [labels, series] : series_) {
    if (series.owed == 0 || now < series.rises_at) continue;
    series.counter->Increment(std::exchange(series.owed, 0));
  }
}

SpendMetrics::SpendMetrics(MetricsRegistry& registry, const Clock& clock)
    : clock_(clock),
      cost_usd_(registry.Counter("throughline_router_cost_usd_total",
                                 "What model calls cost in US dollars."),
                clock),
      escalation_cost_usd_(
          registry.Counter("throughline_router_escalation_cost_usd_total",
                           "What stronger models cost in US dollars after a draft fell, by what "
                           "was wrong with it."),
          clock),
      tenant_cost_usd_(
          registry.Counter("throughline_router_tenant_cost_usd_total",
                           "What model calls cost in US dollars by tenant; beyond the first "
                           "tenants all others together."),
          clock),
      tenant_baseline_cost_usd_(
          registry.Counter("throughline_router_tenant_baseline_cost_usd_total",
                           "What the strongest model alone would have cost in US dollars, by "
                           "tenant."),
          clock),
      tenant_requests_(
          registry.Counter("throughline_router_tenant_requests_total",
                           "Requests by tenant and result: answered, failed, or refused because a "
                           "budget was used up."),
          clock),
      tenant_tokens_(registry.Counter("throughline_router_tenant_tokens_total",
                                      "Tokens of model calls by tenant and kind: input or output."),
                     clock),
      baseline_cost_usd_(
          registry.Counter("throughline_router_baseline_cost_usd_total",
                           "What the strongest model alone would have cost in US dollars.")),
      call_cost_usd_(registry.Histogram("throughline_router_call_cost_usd",
                                        "Cost of one request in US dollars.", CostBuckets())),
      budget_used_ratio_(
          registry.Gauge("throughline_router_budget_used_ratio",
                         "Used share of a budget, of the fullest account that a tenant has in it; "
                         "0 once its window is over.")),
      ledger_cost_usd_(
          registry
              .Counter("throughline_router_ledger_cost_usd_total",
                       "What the ledger's model calls cost in US dollars since this process "
                       "began, of all replicas that share it.")
              .Add({})) {
  for (const TaskKind task : kAllTasks) {
    baseline_cost_usd_.Add({{"task", std::string(Name(task))}});
    call_cost_usd_.Add({{"task", std::string(Name(task))}});
  }
}

void SpendMetrics::UsePolicy(const Policy& policy) {
  absl::MutexLock lock(&mutex_);
  for (auto of = fullest_.begin(); of != fullest_.end();) {
    const bool is_kept =
        std::any_of(policy.budgets.begin(), policy.budgets.end(),
                    [&](const BudgetRule& rule) { return rule.name == of->first.first; });
    if (is_kept) {
      ++of;
      continue;
    }
    budget_used_ratio_.Remove(of->second.gauge);
    of = fullest_.erase(of);
  }
}

void SpendMetrics::OnAttempt(const Decision& decision, const Attempt& attempt,
                             const std::string& model) {
  const std::string task(Name(decision.task));
  const double usd = ToUsd(attempt.cost.nano_usd);
  cost_usd_.Add({{"model", model},
                 {"task", task},
                 {"role", std::string(Name(attempt.role))},
                 {"outcome", std::string(Name(attempt.outcome))}},
                usd);
  if (attempt.role == AttemptRole::kEscalation) {
    escalation_cost_usd_.Add({{"task", task}, {"reason", std::string(Name(decision.reason))}}, usd);
  }
}

void SpendMetrics::OnDecision(absl::string_view tenant, const Decision& decision) {
  const std::string task(Name(decision.task));
  baseline_cost_usd_.Add({{"task", task}}).Increment(ToUsd(decision.baseline_cost.nano_usd));
  call_cost_usd_.Add({{"task", task}}).Observe(ToUsd(decision.cost.nano_usd));
  absl::MutexLock lock(&mutex_);
  CountTenant(TenantLabel(tenant), decision);
}

void SpendMetrics::CountTenant(const std::string& label, const Decision& decision) {
  tenant_cost_usd_.Add({{"tenant", label}}, ToUsd(decision.cost.nano_usd));
  tenant_baseline_cost_usd_.Add({{"tenant", label}}, ToUsd(decision.baseline_cost.nano_usd));
  tenant_requests_.Add({{"tenant", label}, {"result", ResultOf(decision)}}, 1);
  int64_t input = 0;
  int64_t output = 0;
  for (const Attempt& attempt : decision.attempts) {
    input += attempt.usage.input_uncached_tokens + attempt.usage.input_cached_tokens;
    output += attempt.usage.output_visible_tokens + attempt.usage.output_reasoning_tokens;
  }
  tenant_tokens_.Add({{"tenant", label}, {"kind", "input"}}, static_cast<double>(input));
  tenant_tokens_.Add({{"tenant", label}, {"kind", "output"}}, static_cast<double>(output));
}

void SpendMetrics::OnBudgets(absl::string_view tenant, const std::vector<BudgetState>& budgets) {
  absl::MutexLock lock(&mutex_);
  const std::string label = TenantLabel(tenant);
  for (const BudgetState& state : budgets) {
    Fullest& fullest = fullest_[{state.account.name, label}];
    if (fullest.gauge == nullptr) {
      fullest.gauge = &budget_used_ratio_.Add({{"budget", state.account.name},
                                               {"scope", std::string(Name(state.account.scope))},
                                               {"tenant", label}});
    }
    const std::string account = absl::StrCat(tenant, "/", state.account.key);
    const double used = UsedShare(state);
    const bool shows = account == fullest.account || used >= fullest.used ||
                       state.account.resets_at > fullest.resets_at;
    if (!shows) continue;
    fullest.account = account;
    fullest.used = used;
    fullest.resets_at = state.account.resets_at;
    fullest.gauge->Set(used);
  }
}

void SpendMetrics::OnLedgerGrowth(int64_t nano_usd) { ledger_cost_usd_.Increment(ToUsd(nano_usd)); }

void SpendMetrics::Settle() {
  cost_usd_.Settle();
  escalation_cost_usd_.Settle();
  tenant_cost_usd_.Settle();
  tenant_baseline_cost_usd_.Settle();
  tenant_requests_.Settle();
  tenant_tokens_.Settle();
  const absl::Time now = clock_.Now();
  absl::MutexLock lock(&mutex_);
  for (auto& [of, fullest] : fullest_) {
    if (fullest.resets_at > now) continue;
    fullest.used = 0;
    fullest.gauge->Set(0);
  }
}

std::string SpendMetrics::TenantLabel(absl::string_view tenant) {
  if (tenants_.contains(tenant)) return std::string(tenant);
  if (tenants_.size() >= kMaxTenants) return kOtherTenants;
  tenants_.insert(std::string(tenant));
  return std::string(tenant);
}

}  // namespace throughline::router
