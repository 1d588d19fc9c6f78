#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/pipeline.h"
#include "services/orchestrator/domain/ports.h"

namespace throughline::orchestrator {

// What a step's span does: "step recall".
inline constexpr char kStepSpan[] = "step";

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
// for what was paid for in an earlier attempt. For one call.
class Computation {
 public:
  Computation(const Context& context, Pipeline::Ports ports, StepObserver& observer)
      : context_(context), ports_(ports), observer_(observer) {}

  // `timings` are those of the steps done so far.
  Task<absl::StatusOr<ComputedCall>> Compute(AcceptedCall call, std::vector<StepTiming> timings);

 private:
  Task<absl::Status> Recall();
  // Analysis and facts side by side, and the e-mail as soon as its analysis is there.
  Task<absl::Status> AskModels();
  absl::Status TakeAnalysis(const absl::StatusOr<AnalysisAnswer>& analysis,
                            const absl::StatusOr<FactsAnswer>& facts, StepTimer& timer);
  absl::Status TakeEmail(absl::StatusOr<EmailAnswer> answer, StepTimer& timer);
  // The answer of a model, from the checkpoint, or asked now and, when paid for, checkpointed.
  template <typename Answer>
  Task<absl::StatusOr<Answer>> Ask(std::optional<Answer> Progress::*part,
                                   Task<absl::StatusOr<Answer>> asking);
  // Stops what else goes on with the context when facts cannot be had.
  Task<absl::StatusOr<FactsAnswer>> AskFactsBeside(const Context& context);
  Task<absl::StatusOr<EmailAnswer>> AskEmailBeside(const Context& context,
                                                   const deal::Analysis& analysis);
  void Note(const std::vector<grounding::RoutedDecision>& decisions,
            const std::vector<grounding::DroppedClaim>& dropped);

  const Context& context_;
  const Pipeline::Ports ports_;
  StepObserver& observer_;

  Progress progress_;  // of earlier attempts
  ComputedCall computed_;
  grounding::CallContext reading_;
  std::optional<deal::CustomerProfile> profile_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_
