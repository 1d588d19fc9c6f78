#ifndef THROUGHLINE_SERVICES_ANALYST_DOMAIN_VERIFY_ANALYSIS_H_
#define THROUGHLINE_SERVICES_ANALYST_DOMAIN_VERIFY_ANALYSIS_H_

#include <vector>

#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"

namespace throughline::analyst {

struct VerifiedAnalysis {
  deal::Analysis analysis;
  std::vector<grounding::DroppedClaim> dropped;
};

// Holds a model's analysis against the call and what memory knows. What is left is borne out:
//   every quote stands in its turn (turn and speaker are corrected when it stands elsewhere);
//   a blocker's earlier history is the ledger's, only this call's steps are the model's, and its
//   status is that of its last step; a blocker nothing bears out goes;
//   no blocker of the ledger is lost: one that the model leaves out stays as it was;
//   decision-makers, nominal ones, next step and flagged words have evidence, and everybody named
//   is in the call or in memory.
// Pure and thread-safe.
VerifiedAnalysis VerifyAnalysis(const grounding::CallContext& call, deal::Analysis claimed);

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_VERIFY_ANALYSIS_H_
