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

// Where drafts come from. Implementations are thread-safe, and hold no thread while they wait.
class ModelRouter {
 public:
  virtual ~ModelRouter() = default;

  // The draft of the cheapest model that is good enough; at `temperature` when it is positive.
  // UNAVAILABLE when no model can be reached; INTERNAL when an accepted draft cannot be read.
  virtual Task<absl::StatusOr<grounding::Routed<deal::Email>>> WriteEmail(
      const Context& context, const EmailTask& task, const grounding::ModelPrompt& prompt,
      double temperature) = 0;
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_MODEL_ROUTER_H_
