#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_FOUNDED_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_FOUNDED_H_

#include <vector>

#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"
#include "services/router/domain/extractive/analysis/scored_sentences.h"
#include "services/router/domain/extractive/analysis/topics.h"

namespace throughline::router::extractive {

// Takes back what this call seemed to settle by words that speak of something else: "It's approved,
// it's in his line", said of the budget, settles no security review. A re-opening that only undid
// such a settling goes with it.
void DropUnfounded(const CallView& call, const std::vector<ScoredSentence>& sentences,
                   const std::vector<std::vector<Topic>>& topics, std::vector<Entry>& entries);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_FOUNDED_H_
