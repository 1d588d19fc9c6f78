#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_ANALYST_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_ANALYST_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"
#include "services/analyst/domain/model_router.h"
#include "services/analyst/domain/parts.h"
#include "services/analyst/domain/reconcile.h"

namespace throughline::analyst {

struct AnalyzedCall {
  deal::Analysis analysis;  // every claim borne out
  std::vector<grounding::RoutedDecision> decisions;
  std::vector<grounding::DroppedClaim> dropped;
  // Where the engine read the call beside a model; empty when the engine alone did.
  std::vector<ReadingPoint> agreements;
  std::vector<Disagreement> disagreements;
  int parts = 1;  // in which it was read
};

struct ExtractedCall {
  CallFacts extracted;  // every fact borne out
  std::vector<grounding::RoutedDecision> decisions;
  std::vector<grounding::DroppedClaim> dropped;
  int parts = 1;  // in which it was read
};

// Asks the models and believes only what the call bears out. A call that no model holds is read in
// parts. Where a model answers, the built-in engine reads the call beside it, if it is configured:
// what both say counts for more, the words it finds to instruct the software bear out nothing, and
// its answer stands in for one that no check would pass. It reads English only: of another call it
// claims nothing, and `dropped` says so. Borrows the router, which outlives it;
// thread-safe. Errors are the router's.
class Analyst {
 public:
  explicit Analyst(ModelRouter& router) : router_(router) {}

  Task<absl::StatusOr<AnalyzedCall>> Analyze(const Context& context,
                                             const grounding::CallContext& call);
  Task<absl::StatusOr<ExtractedCall>> ExtractFacts(const Context& context,
                                                   const grounding::CallContext& call);

 private:
  using PromptMaker = grounding::ModelPrompt (*)(const grounding::CallContext& call);

  // The parts in which the question's models can read the call; one when it fits.
  Task<std::vector<CallPart>> PartsFor(const Context& context, Question question,
                                       const grounding::CallContext& call, PromptMaker make_prompt);
  // The engine's analysis, held against the call; nothing when it is not to be had.
  Task<std::optional<AnalyzedCall>> ReadByEngine(const Context& context,
                                                 const grounding::CallContext& call);

  ModelRouter& router_;
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_ANALYST_H_
