#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_ANALYST_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_ANALYST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"
#include "services/analyst/domain/model_router.h"

namespace throughline::analyst {

struct AnalyzedCall {
  deal::Analysis analysis;  // every claim borne out
  grounding::RoutedDecision decision;
  std::vector<grounding::DroppedClaim> dropped;
};

struct ExtractedCall {
  CallFacts extracted;  // every fact borne out
  grounding::RoutedDecision decision;
  std::vector<grounding::DroppedClaim> dropped;
};

// Asks the models and believes only what the call bears out. Borrows the router, which outlives
// it; thread-safe. Errors are the router's.
class Analyst {
 public:
  explicit Analyst(ModelRouter& router) : router_(router) {}

  Task<absl::StatusOr<AnalyzedCall>> Analyze(const Context& context,
                                             const grounding::CallContext& call);
  Task<absl::StatusOr<ExtractedCall>> ExtractFacts(const Context& context,
                                                   const grounding::CallContext& call);

 private:
  ModelRouter& router_;
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_ANALYST_H_
