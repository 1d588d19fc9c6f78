#include "services/orchestrator/pipeline_metrics.h"

#include <string>

namespace throughline::orchestrator {
namespace {

const char* Outcome(const absl::StatusOr<CallResult>& result) {
  switch (result.status().code()) {
    case absl::StatusCode::kOk:
      return result->replayed ? "replayed" : "processed";
    case absl::StatusCode::kInvalidArgument:
      return "invalid";
    case absl::StatusCode::kAlreadyExists:
      return "conflict";
    case absl::StatusCode::kResourceExhausted:
      return "overloaded";
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
      return "cancelled";
    case absl::StatusCode::kUnavailable:
      return "unavailable";
    default:
      return "failed";
  }
}

}  // namespace

PipelineMetrics::PipelineMetrics(MetricsRegistry& registry)
    : step_seconds_(registry.Histogram("throughline_pipeline_step_seconds",
                                       "How long each step of a call took.")),
      calls_(registry.Counter("throughline_calls_total", "Calls by how their processing ended.")) {
  for (const Step step : kAllSteps) step_seconds_.Add({{"step", std::string(StepName(step))}});
}

void PipelineMetrics::StepTook(Step step, absl::Duration duration) {
  step_seconds_.Add({{"step", std::string(StepName(step))}})
      .Observe(absl::ToDoubleSeconds(duration));
}

void PipelineMetrics::CallEnded(const absl::StatusOr<CallResult>& result) {
  calls_.Add({{"outcome", Outcome(result)}}).Increment();
}

}  // namespace throughline::orchestrator
