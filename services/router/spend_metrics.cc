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

CountersFromZero::CountersFromZero(CounterFamily& family, std::vector<std::string> labels,
                                   const Clock& clock)
    : clock_(clock),
      series_(std::move(labels), [&family, &clock](const prometheus::Labels& values) {
        return Series{.counter = &family.Add(values), .rises_at = clock.SteadyNow() + kZeroTime};
      }) {}

void CountersFromZero::Add(std::initializer_list<absl::string_view> values, double amount) {
  Series& series = series_.At(values);
  const absl::Time now = clock_.SteadyNow();
  absl::MutexLock lock(&mutex_);
  series.owed += amount;
  if (now >= series.rises_at) series.counter->Increment(std::exchange(series.owed, 0));
}

void CountersFromZero::Settle() {
  const absl::Time now = clock_.SteadyNow();
  absl::MutexLock lock(&mutex_);
  series_.ForEach([now](Series& series) {
    if (series.owed == 0 || now < series.rises_at) return;
    series.counter->Increment(std::exchange(series.owed, 0));
  });
}

SpendMetrics::SpendMetrics(MetricsRegistry& registry, const Clock& clock)
    : clock_(clock),
      cost_usd_(registry.Counter("throughline_router_cost_usd_total",
                                 "What model calls cost in US dollars."),
                {"model", "task", "role", "outcome"}, clock),
      escalation_cost_usd_(
          registry.Counter("throughline_router_escalation_cost_usd_total",
                           "What stronger models cost in US dollars after a draft fell, by what "
                           "was wrong with it."),
          {"task", "reason"}, clock),
      tenant_cost_usd_(
          registry.Counter("throughline_router_tenant_cost_usd_total",
                           "What model calls cost in US dollars by tenant; beyond the first "
                           "tenants all others together."),
          {"tenant"}, clock),
      tenant_baseline_cost_usd_(
          registry.Counter("throughline_router_tenant_baseline_cost_usd_total",
                           "What the strongest model alone would have cost in US dollars, by "
                           "tenant."),
          {"tenant"}, clock),
      tenant_requests_(
          registry.Counter("throughline_router_tenant_requests_total",
                           "Requests by tenant and result: answered, failed, or refused because a "
                           "budget was used up."),
          {"tenant", "result"}, clock),
      tenant_tokens_(registry.Counter("throughline_router_tenant_tokens_total",
                                      "Tokens of model calls by tenant and kind: input or output."),
                     {"tenant", "kind"}, clock),
      baseline_cost_usd_(
          registry.Counter("throughline_router_baseline_cost_usd_total",
                           "What the strongest model alone would have cost in US dollars."),
          {"task"}),
      call_cost_usd_(registry.Histogram("throughline_router_call_cost_usd",
                                        "Cost of one request in US dollars.", CostBuckets()),
                     {"task"}),
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
    baseline_cost_usd_.With({Name(task)});
    call_cost_usd_.With({Name(task)});
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
                             absl::string_view model) {
  const absl::string_view task = Name(decision.task);
  const double usd = ToUsd(attempt.cost.nano_usd);
  cost_usd_.Add({model, task, Name(attempt.role), Name(attempt.outcome)}, usd);
  if (attempt.role == AttemptRole::kEscalation) {
    escalation_cost_usd_.Add({task, Name(decision.reason)}, usd);
  }
}

void SpendMetrics::OnDecision(absl::string_view tenant, const Decision& decision) {
  const absl::string_view task = Name(decision.task);
  baseline_cost_usd_.With({task}).Increment(ToUsd(decision.baseline_cost.nano_usd));
  call_cost_usd_.With({task}).Observe(ToUsd(decision.cost.nano_usd));
  absl::MutexLock lock(&mutex_);
  CountTenant(TenantLabel(tenant), decision);
}

void SpendMetrics::CountTenant(const std::string& label, const Decision& decision) {
  tenant_cost_usd_.Add({label}, ToUsd(decision.cost.nano_usd));
  tenant_baseline_cost_usd_.Add({label}, ToUsd(decision.baseline_cost.nano_usd));
  tenant_requests_.Add({label, ResultOf(decision)}, 1);
  int64_t input = 0;
  int64_t output = 0;
  for (const Attempt& attempt : decision.attempts) {
    input += attempt.usage.input_uncached_tokens + attempt.usage.input_cached_tokens;
    output += attempt.usage.output_visible_tokens + attempt.usage.output_reasoning_tokens;
  }
  tenant_tokens_.Add({label, "input"}, static_cast<double>(input));
  tenant_tokens_.Add({label, "output"}, static_cast<double>(output));
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
