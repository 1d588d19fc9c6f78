#ifndef THROUGHLINE_SERVICES_ROUTER_ROUTER_METRICS_H_
#define THROUGHLINE_SERVICES_ROUTER_ROUTER_METRICS_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "common/observability/metrics.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// Prometheus' view of the decisions on record. Label values come from closed sets: enumerations and
// the configured models; anything else is "other". Thread-safe.
class RouterMetrics final : public DecisionObserver {
 public:
  // Shows every configured model's breaker as closed. Borrows `registry`.
  RouterMetrics(MetricsRegistry& registry, const Policy& policy);

  void OnDecision(const Decision& decision) override;
  void OnBreaker(const std::string& provider, const std::string& model,
                 BreakerState state) override;

 private:
  void CountAttempt(const Decision& decision, const Attempt& attempt);
  std::string ModelLabel(const std::string& model) const;

  absl::flat_hash_set<std::string> models_;
  CounterFamily& decisions_;
  CounterFamily& model_calls_;
  HistogramFamily model_call_seconds_;
  CounterFamily& tokens_;
  CounterFamily& cost_usd_;
  CounterFamily& baseline_cost_usd_;
  HistogramFamily call_cost_usd_;
  HistogramFamily draft_score_;
  CounterFamily& checks_;
  CounterFamily& empty_outputs_;
  CounterFamily& unpriced_calls_;
  GaugeFamily& breaker_state_;
  HistogramFamily overhead_seconds_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_ROUTER_METRICS_H_
