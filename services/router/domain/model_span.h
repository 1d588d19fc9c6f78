#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_MODEL_SPAN_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_MODEL_SPAN_H_

#include "common/base/context.h"
#include "common/base/span.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// The span of one model call, with the names that OpenTelemetry gives generative AI: which model,
// how many tokens, what it cost and what became of the answer; never a word of either side.
class ModelSpan {
 public:
  ModelSpan(const Context& context, const ModelCall& call);

  const Context& context() const { return span_.context(); }
  // What the record says of the call.
  void Note(const Attempt& attempt);

 private:
  Span span_;
};

// How a request was routed, onto the span of its routing.
void NoteDecision(const Decision& decision, Span& span);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_MODEL_SPAN_H_
