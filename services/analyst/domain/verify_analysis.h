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

// Holds an analysis against the call and what memory knows. What is left is borne out:
//   every quote stands in its turn (turn and speaker are corrected when it stands elsewhere);
//   a blocker's earlier history is the ledger's, only this call's steps are the answer's, and its
//   status is that of its last step; a blocker nothing bears out goes;
//   no blocker of the ledger is lost: one that the answer leaves out stays as it was;
//   decision-makers, nominal ones, next step and flagged words have evidence, and everybody named
//   is in the call or in memory.
// Pure and thread-safe.
VerifiedAnalysis VerifyAnalysis(const grounding::CallContext& call, deal::Analysis claimed);

// The same for an answer of another model than the built-in engine, whose analysis of the same call
// `engine` is, or nullptr. Beyond the above:
//   the words that it or the engine flags bear out nothing, and nothing repeats them; where there
//   are any, what carries no evidence (stage, budget, timeline) is the engine's, else what was
//   known, for the model may have obeyed them;
//   a seller's words settle nothing, and a deal is not won while something is open;
//   e-mail addresses are those that the call or memory gives.
VerifiedAnalysis VerifyModelsAnalysis(const grounding::CallContext& call, deal::Analysis claimed,
                                      const deal::Analysis* engine);

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_DOMAIN_VERIFY_ANALYSIS_H_
