#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/pipeline.h"
#include "services/orchestrator/domain/ports.h"

namespace throughline::orchestrator {

// Times a step and tells the observer. The step ends with Finish; one that fails never does.
class StepTimer {
 public:
  StepTimer(const Context& context, Step step, StepObserver& observer);
  void Finish(const std::string& summary, std::vector<StepTiming>& timings);

 private:
  const Clock& clock_;
  const Step step_;
  StepObserver& observer_;
  const absl::Time started_;
};

// The steps between a call's acceptance and its checkpoint: recall, analyse, write. Asks no model
// for what was paid for in an earlier attempt. For one call and one thread.
class Computation {
 public:
  Computation(const Context& context, Pipeline::Ports ports, BoundedPool& fan_out,
              StepObserver& observer)
      : context_(context), ports_(ports), fan_out_(fan_out), observer_(observer) {}

  // `timings` are those of the steps done so far.
  absl::StatusOr<ComputedCall> Compute(AcceptedCall call, std::vector<StepTiming> timings);

 private:
  absl::Status Recall();
  absl::Status Analyze();
  absl::Status Write();
  // The answer of a model, from the checkpoint, or asked now and, when paid for, checkpointed.
  absl::StatusOr<AnalysisAnswer> AskAnalysis(const Context& context);
  absl::StatusOr<FactsAnswer> AskFacts(const Context& context);
  void Note(const std::vector<grounding::RoutedDecision>& decisions,
            const std::vector<grounding::DroppedClaim>& dropped);

  const Context& context_;
  const Pipeline::Ports ports_;
  BoundedPool& fan_out_;
  StepObserver& observer_;

  Progress progress_;  // of earlier attempts
  ComputedCall computed_;
  grounding::CallContext reading_;
  std::optional<deal::CustomerProfile> profile_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_
