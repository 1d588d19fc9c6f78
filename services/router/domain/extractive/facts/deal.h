#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_DEAL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_DEAL_H_

#include <utility>
#include <vector>

#include "common/deal/types.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"

// What the analysis found in a call, as facts: several turns together say what no single sentence
// does, such as who sends what to whom by when.
namespace throughline::router::extractive {

// A fact and how much it is worth keeping, on the scale of Usefulness().
using ScoredFact = std::pair<double, deal::Fact>;

// The tag of these facts.
inline constexpr char kDealTag[] = "deal";

// The next call, the next step, matters raised and settled, new people and who decides: each with
// the quotes it rests on. Empty when the call was no sales call.
std::vector<ScoredFact> DealFacts(const CallInput& input, const deal::Analysis& analysis,
                                  const Cast& cast);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_DEAL_H_
