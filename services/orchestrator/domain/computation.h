#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/forked.h"
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

// What models do for a call: recall and analyse, and beside it the e-mail, which may still be
// written while the call is kept. Asks no model for what was paid for in an earlier attempt. For
// one call; after Analyze or Resume has succeeded, TakeEmail is awaited before this goes.
class Computation {
 public:
  // `computed` has the call, and the timings of the steps done so far.
  Computation(const Context& context, Pipeline::Ports ports, StepObserver& observer,
              ComputedCall& computed);

  // Fills `computed` but for the e-mail. `is_fresh`: no earlier attempt left any progress.
  Task<absl::Status> Analyze(bool is_fresh);
  // Begins the e-mail of a call that was checkpointed by an earlier attempt.
  Task<absl::Status> Resume();
  // Waits for the e-mail, if there is to be one, and puts it into `result`.
  Task<absl::Status> TakeEmail(CallResult& result);
  // The e-mail is not wanted any more. Thread-safe.
  void Stop() { stop_->Cancel(); }
  // What the models are told of the time before the call.
  const Recollection& recalled() const { return recalled_; }

 private:
  Task<absl::Status> Recall();
  // Lays out what the models are to read.
  void Open();
  // Analysis and facts side by side, and the e-mail as soon as its analysis is there.
  Task<absl::Status> AskModels();
  absl::Status TakeAnalysis(const absl::StatusOr<AnalysisAnswer>& analysis,
                            const absl::StatusOr<FactsAnswer>& facts, StepTimer& timer);
  void BeginEmail(Executor& executor, deal::Analysis analysis);
  // The answer of a model, from the checkpoint, or asked now and, when paid for, checkpointed.
  template <typename Answer>
  Task<absl::StatusOr<Answer>> Ask(std::optional<Answer> Progress::*part,
                                   Task<absl::StatusOr<Answer>> asking);
  // Stops what else goes on when facts cannot be had.
  Task<absl::StatusOr<FactsAnswer>> AskFactsBeside(const Context& context);
  Task<absl::StatusOr<EmailAnswer>> AskEmailBeside();

  const Context& context_;
  const Pipeline::Ports ports_;
  StepObserver& observer_;
  ComputedCall& computed_;
  // Without an analysis or facts the rest is stopped; the caller's going away stops all.
  const std::shared_ptr<CancellationSource> stop_ = std::make_shared<CancellationSource>();
  const OnCancel with_caller_;
  const Context until_stopped_;

  Progress progress_;  // of earlier attempts
  grounding::CallContext reading_;
  Recollection recalled_;
  deal::Analysis writing_of_;
  std::optional<Forked<absl::StatusOr<EmailAnswer>>> writing_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_COMPUTATION_H_
