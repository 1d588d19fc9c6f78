#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_PROMPTS_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_PROMPTS_H_

#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"

// What the models are asked and what their answers must satisfy. Pure and thread-safe.
namespace throughline::analyst {

// What blocks, who decides, what comes next, whom to write to: a deal.v1.Analysis as JSON.
grounding::ModelPrompt AnalysisPrompt(const grounding::CallContext& call);

// What the call says of the customer: a deal.v1.CallFacts as JSON. Both borrow `call`.
grounding::ModelPrompt FactsPrompt(const grounding::CallContext& call);

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_PROMPTS_H_
