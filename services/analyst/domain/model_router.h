#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_MODEL_ROUTER_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_MODEL_ROUTER_H_

#include <cstdint>
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

// Who reads a call.
enum class Reader {
  kCheapestGoodEnough,  // of the models configured for the question
  kEngine,              // the built-in engine, which costs nothing; NOT_FOUND when not configured
};

// The two questions, which may be put to different models.
enum class Question { kAnalysis, kFacts };

// How much the roomiest model of a question takes.
struct ModelRoom {
  int64_t context_tokens = 0;  // prompt and answer together; 0: no limit that is known
  int64_t answer_tokens = 0;   // of these, what its answer may need
};

// Where answers come from. Implementations are thread-safe, and hold no thread while they wait.
class ModelRouter {
 public:
  virtual ~ModelRouter() = default;

  // The answer of `reader`. UNAVAILABLE when no model can be reached; FAILED_PRECONDITION when none
  // gave an answer that stands up to the contract; INTERNAL when an accepted answer cannot be read.
  virtual Task<absl::StatusOr<grounding::Routed<deal::Analysis>>> Analyze(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt, Reader reader) = 0;
  virtual Task<absl::StatusOr<grounding::Routed<CallFacts>>> ExtractFacts(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt, Reader reader) = 0;

  // No limit where the engine is among the models, for it holds any call, and where nobody can say.
  virtual Task<ModelRoom> RoomFor(const Context& context, Question question) = 0;
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_MODEL_ROUTER_H_
