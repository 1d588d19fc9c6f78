#ifndef THROUGHLINE_SERVICES_ROUTER_ROUTER_METRICS_H_
#define THROUGHLINE_SERVICES_ROUTER_ROUTER_METRICS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "common/observability/metrics.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/ports.h"
#include "services/router/spend_metrics.h"

namespace throughline::router {

// Prometheus' view of the decisions on record. Label values come from closed sets: enumerations and
// the configured models; anything else is "other". Thread-safe.
class RouterMetrics final : public DecisionObserver {
 public:
  // Shows every configured model's breaker as closed. Borrows `registry` and `clock`.
  RouterMetrics(MetricsRegistry& registry, const Policy& policy, const Clock& clock);

  // Models of a new configuration get labels of their own.
  void UsePolicy(const Policy& policy) ABSL_LOCKS_EXCLUDED(mutex_);
  // A configuration that was taken or refused.
  void OnReload(bool taken);

  SpendMetrics& spend() { return spend_; }

  void OnDecision(const Context& context, const Decision& decision) override;
  void OnBudgets(const Context& context, const std::vector<BudgetState>& budgets) override;
  void OnBreaker(const std::string& provider, const std::string& model,
                 BreakerState state) override;

 private:
  // Running means of a task's draft scores, over many requests and over the last few.
  struct Drift {
    double slow = 0;
    double fast = 0;
    int64_t seen = 0;
  };

  void CountAttempt(const Decision& decision, const Attempt& attempt);
  void FollowDrafts(const Decision& decision, absl::string_view task) ABSL_LOCKS_EXCLUDED(mutex_);
  void SayWhenDearer(const Decision& decision, absl::string_view task) ABSL_LOCKS_EXCLUDED(mutex_);
  // Borrows `model`.
  absl::string_view ModelLabel(const std::string& model) const ABSL_LOCKS_EXCLUDED(mutex_);

  SpendMetrics spend_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> models_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<TaskKind, Drift> drift_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<TaskKind> dearer_ ABSL_GUARDED_BY(mutex_);
  LabelledCounter decisions_;
  LabelledCounter model_calls_;
  LabelledHistogram model_call_seconds_;
  LabelledHistogram first_text_seconds_;
  LabelledCounter tokens_;
  LabelledHistogram draft_score_;
  LabelledCounter checks_;
  LabelledCounter empty_outputs_;
  LabelledCounter unpriced_calls_;
  LabelledGauge breaker_state_;
  LabelledHistogram overhead_seconds_;
  LabelledGauge score_drift_;
  LabelledGauge cascade_dearer_;
  LabelledCounter shadow_agreement_;
  LabelledCounter reloads_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_ROUTER_METRICS_H_
