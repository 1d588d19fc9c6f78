#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_MODEL_ROUTER_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_MODEL_ROUTER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"

namespace throughline::analyst {

// What one call tells of the customer.
struct CallFacts {
  std::vector<deal::Fact> facts;          // ids unset
  deal::CustomerProfile profile_changes;  // only what the call speaks of
};

// Where answers come from. Implementations are thread-safe, and hold no thread while they wait.
class ModelRouter {
 public:
  virtual ~ModelRouter() = default;

  // The answer of the cheapest model that is good enough. UNAVAILABLE when no model can be
  // reached; INTERNAL when an accepted answer cannot be read.
  virtual Task<absl::StatusOr<grounding::Routed<deal::Analysis>>> Analyze(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt) = 0;
  virtual Task<absl::StatusOr<grounding::Routed<CallFacts>>> ExtractFacts(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt) = 0;
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_MODEL_ROUTER_H_
