#include "services/analyst/domain/analyst.h"

#include <utility>

#include "common/base/task_macros.h"
#include "services/analyst/domain/prompts.h"
#include "services/analyst/domain/verify_analysis.h"
#include "services/analyst/domain/verify_facts.h"

namespace throughline::analyst {

Task<absl::StatusOr<AnalyzedCall>> Analyst::Analyze(const Context& context,
                                                    const grounding::CallContext& call) {
  const grounding::ModelPrompt prompt = AnalysisPrompt(call);
  CO_ASSIGN_OR_RETURN(auto routed, co_await router_.Analyze(context, call, prompt));
  VerifiedAnalysis verified = VerifyAnalysis(call, std::move(routed.answer));
  co_return AnalyzedCall{.analysis = std::move(verified.analysis),
                         .decision = std::move(routed.decision),
                         .dropped = std::move(verified.dropped)};
}

Task<absl::StatusOr<ExtractedCall>> Analyst::ExtractFacts(const Context& context,
                                                          const grounding::CallContext& call) {
  const grounding::ModelPrompt prompt = FactsPrompt(call);
  CO_ASSIGN_OR_RETURN(auto routed, co_await router_.ExtractFacts(context, call, prompt));
  VerifiedFacts verified = VerifyFacts(call, std::move(routed.answer));
  co_return ExtractedCall{.extracted = std::move(verified.extracted),
                          .decision = std::move(routed.decision),
                          .dropped = std::move(verified.dropped)};
}

}  // namespace throughline::analyst
