#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PIPELINE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PIPELINE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/base/context.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/customer_queue.h"
#include "services/orchestrator/domain/ports.h"

namespace throughline::orchestrator {

// Watches a call being processed, on the thread that processes it.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void Started(Step step) = 0;
  // `summary` is one sentence for people.
  virtual void Finished(Step step, absl::Duration duration, const std::string& summary) = 0;
};

// Takes a call through parse, recall, analyse, write and save.
//
// A customer's calls are processed one at a time, in the order they came. A call is either
// answered with all of it saved, or refused with nothing of it saved: what the models answered is
// checkpointed before memory is written, and a call that was checkpointed is saved whatever
// happens, by this request, by the customer's next one or by ResumeUnsaved. Saving calls no model.
// Borrows everything; thread-safe.
class Pipeline {
 public:
  struct Ports {
    MemoryPort& memory;
    AnalystPort& analyst;
    WriterPort& writer;
    CallStore& store;
  };
  struct Options {
    CustomerQueue::Options queue;
    // Saving a checkpointed call gets this long, whatever the caller's deadline.
    absl::Duration save_budget = absl::Seconds(15);
  };

  // `fan_out` runs fact extraction beside the analysis; it is not the pool that calls Process.
  Pipeline(Ports ports, BoundedPool& fan_out, Options options)
      : ports_(ports), fan_out_(fan_out), options_(options), queue_(options.queue) {}

  // Errors, all before anything is saved: INVALID_ARGUMENT names the field; ALREADY_EXISTS when
  // the call id belongs to other content; RESOURCE_EXHAUSTED with a retry delay; the context's; and
  // those of memory, analyst and writer. Facts or an e-mail that no model could do well enough are
  // left out with a warning. The same call again gives the stored result, replayed.
  absl::StatusOr<CallResult> Process(const Context& context, const CallSource& source,
                                     StepObserver& observer);

  // Saves what a crash left checkpointed, of all customers, in order. Returns the first error after
  // trying every customer; safe to repeat and to run beside Process.
  absl::Status ResumeUnsaved(const Context& context);

  // Calls waiting for their turn now.
  size_t waiting() const { return queue_.waiting(); }

 private:
  // The stored answer to `call`, if it has one. Called in the customer's turn.
  absl::StatusOr<std::optional<CallResult>> FindAnswer(const Context& context,
                                                       const AcceptedCall& call);
  absl::Status FinishEarlierCalls(const Context& context, const std::string& customer_id);
  // Writes memory, then marks the call saved.
  absl::StatusOr<CallResult> Save(const Context& context, const ComputedCall& computed,
                                  StepObserver& observer);

  const Ports ports_;
  BoundedPool& fan_out_;
  const Options options_;
  CustomerQueue queue_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PIPELINE_H_
