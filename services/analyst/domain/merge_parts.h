#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_MERGE_PARTS_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_MERGE_PARTS_H_

#include <vector>

#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "services/analyst/domain/model_router.h"
#include "services/analyst/domain/parts.h"

// What a model read in the parts of a call, as if it had read the whole. Answers stand in the order
// of the parts and are still to be held against the call: nothing here checks evidence. The same
// answers give the same result. Pure and thread-safe.
namespace throughline::analyst {

// One blocker of each (category, object), with the steps of all parts in the call's order; one
// person of each name, who decides in name only once any part says so; the latest next step,
// recipient, stage, budget and timeline; the mean of the confidences.
deal::Analysis MergeAnalyses(const grounding::CallContext& call, const std::vector<CallPart>& parts,
                             std::vector<deal::Analysis> answers);

// Each fact and each profile entry once; single profile entries as the latest part has them.
CallFacts MergeFacts(const grounding::CallContext& call, const std::vector<CallPart>& parts,
                     std::vector<CallFacts> answers);

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_MERGE_PARTS_H_
