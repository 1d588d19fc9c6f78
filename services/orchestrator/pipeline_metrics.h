#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_PIPELINE_METRICS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_PIPELINE_METRICS_H_

#include "absl/status/statusor.h"
#include "common/observability/metrics.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/pipeline.h"

namespace throughline::orchestrator {

// throughline_pipeline_step_seconds{step} and throughline_calls_total{outcome}. Thread-safe.
class PipelineMetrics {
 public:
  explicit PipelineMetrics(MetricsRegistry& registry);

  void StepTook(Step step, absl::Duration duration);
  // Outcome: processed, replayed, invalid, conflict, overloaded, cancelled, unavailable or failed.
  void CallEnded(const absl::StatusOr<CallResult>& result);

 private:
  HistogramFamily step_seconds_;
  CounterFamily& calls_;
};

// Measures the steps on their way to `next`.
class MeasuringObserver final : public StepObserver {
 public:
  MeasuringObserver(PipelineMetrics& metrics, StepObserver& next)
      : metrics_(metrics), next_(next) {}

  void Started(Step step) override { next_.Started(step); }
  void Finished(Step step, absl::Duration duration, const std::string& summary) override {
    metrics_.StepTook(step, duration);
    next_.Finished(step, duration, summary);
  }

 private:
  PipelineMetrics& metrics_;
  StepObserver& next_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_PIPELINE_METRICS_H_
