#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_MODEL_ROUTER_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_MODEL_ROUTER_H_

#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"

namespace throughline::writer {

// What an e-mail is written from.
struct EmailTask {
  grounding::CallContext call;
  deal::Analysis analysis;
  deal::CustomerProfile profile;  // before the call; version 0 for a new customer
};

// Who writes a draft, and how.
struct DraftOptions {
  bool by_engine = false;  // by the built-in engine alone; else by the cheapest good enough model
  double temperature = 0;  // of a model; 0: its own
  int variation = 0;       // of the engine: which wording of the same content
};

// Where drafts come from. Implementations are thread-safe, and hold no thread while they wait.
class ModelRouter {
 public:
  virtual ~ModelRouter() = default;

  // UNAVAILABLE when no model can be reached; FAILED_PRECONDITION when none gave a draft that
  // stands up to the contract; INTERNAL when an accepted draft cannot be read; NOT_FOUND when the
  // engine is asked for and not configured.
  virtual Task<absl::StatusOr<grounding::Routed<deal::Email>>> WriteEmail(
      const Context& context, const EmailTask& task, const grounding::ModelPrompt& prompt,
      const DraftOptions& options) = 0;
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_MODEL_ROUTER_H_
