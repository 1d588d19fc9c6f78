#include "services/analyst/domain/analyst.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/analyst/domain/prompts.h"
#include "services/analyst/domain/verify_analysis.h"
#include "services/analyst/domain/verify_facts.h"

namespace throughline::analyst {

absl::StatusOr<AnalyzedCall> Analyst::Analyze(const Context& context,
                                              const grounding::CallContext& call) {
  ASSIGN_OR_RETURN(auto routed, router_.Analyze(context, call, AnalysisPrompt(call)));
  VerifiedAnalysis verified = VerifyAnalysis(call, std::move(routed.answer));
  return AnalyzedCall{.analysis = std::move(verified.analysis),
                      .decision = std::move(routed.decision),
                      .dropped = std::move(verified.dropped)};
}

absl::StatusOr<ExtractedCall> Analyst::ExtractFacts(const Context& context,
                                                    const grounding::CallContext& call) {
  ASSIGN_OR_RETURN(auto routed, router_.ExtractFacts(context, call, FactsPrompt(call)));
  VerifiedFacts verified = VerifyFacts(call, std::move(routed.answer));
  return ExtractedCall{.extracted = std::move(verified.extracted),
                       .decision = std::move(routed.decision),
                       .dropped = std::move(verified.dropped)};
}

}  // namespace throughline::analyst
