#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PIPELINE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PIPELINE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/ports.h"

namespace throughline::orchestrator {

class Computation;

// Watches a call being processed, on whatever thread processes it then.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void Started(Step step) = 0;
  // `summary` is one sentence for people.
  virtual void Finished(Step step, absl::Duration duration, const std::string& summary) = 0;
};

// Reason of the error of a call that is analysed and checkpointed, while its e-mail could not be
// written or memory could not take it. Running it again goes on from there.
inline constexpr char kNotSavedYet[] = "CALL_NOT_SAVED_YET";

// A call that is accepted, on its way.
struct CallInProgress {
  AcceptedCall call;
  std::vector<StepTiming> timings;
  absl::Time arrived;
  bool is_fresh = false;  // nothing is kept of it: there is no earlier attempt to go on from
};

// Takes a call through parse, recall, analyse, write and save.
//
// Whoever calls Run has the customer's turn, so a customer's calls are processed one at a time.
// What each model was paid to answer is checkpointed, and so are analysis and facts before memory
// is written: a call that is run again after a crash asks no model for that. Memory takes a call
// while its e-mail is being written. Once checkpointed, a call is never taken back: when its e-mail
// fails or its caller goes, the error says kNotSavedYet, and running it again ends it. A call that
// waits for others holds no thread. Borrows everything; thread-safe.
class Pipeline {
 public:
  struct Ports {
    MemoryPort& memory;
    AnalystPort& analyst;
    WriterPort& writer;
    CallStore& store;
  };
  struct Options {
    // Saving a checkpointed call gets this long, whatever the caller's deadline: also when a wave
    // of calls wants to be saved at once.
    absl::Duration save_budget = absl::Minutes(1);
  };

  Pipeline(Ports ports, Options options) : ports_(ports), options_(options) {}

  // The first step. INVALID_ARGUMENT names the field.
  absl::StatusOr<CallInProgress> Parse(const Context& context, const CallSource& source,
                                       StepObserver& observer);

  // The stored answer to `call`, replayed, if it is saved. ALREADY_EXISTS when the call id belongs
  // to other content.
  absl::StatusOr<std::optional<CallResult>> FindAnswer(const Context& context,
                                                       const AcceptedCall& call);

  // The other steps, and the end of the customer's turn when it succeeds. Errors: the context's,
  // those of memory, analyst and writer; with the reason kTurnLost when another process has the
  // turn, and kNotSavedYet when running the call again saves it. Facts or an e-mail that no model
  // could do well enough are left out with a warning.
  Task<absl::StatusOr<CallResult>> Run(const Context& context, CallInProgress call,
                                       StepObserver& observer);

  // The process ends: what is being saved is left to the next one, for good.
  void Stop() { ending_->Cancel(); }

 private:
  Context SavingContext(const Context& context) const {
    return context.Detached(options_.save_budget).WithCancellation(ending_);
  }
  // Has the call kept while its e-mail is being written, then marks it saved.
  Task<absl::StatusOr<CallResult>> Keep(const Context& context, const ComputedCall& computed,
                                        bool is_checkpointed, Computation& computation,
                                        StepObserver& observer);
  // Checkpoints the call and has memory take it. Stops the computation of one that will never be.
  Task<absl::StatusOr<Retained>> Retain(const Context& context, const ComputedCall& computed,
                                        bool is_checkpointed, Computation& computation);

  const Ports ports_;
  const Options options_;
  const std::shared_ptr<CancellationSource> ending_ = std::make_shared<CancellationSource>();
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PIPELINE_H_
