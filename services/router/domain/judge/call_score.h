#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_CALL_SCORE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_CALL_SCORE_H_

#include <string>

#include "services/router/domain/judge/checks.h"

namespace throughline::router {

// How good an answer looks once every gate has passed.
struct Score {
  double value = 0;         // 0 to 1
  std::string explanation;  // the parts it is made of, one sentence
};

// For the call tasks. Grounding cannot see what was left out, so this looks for it: what the
// answer says of its own certainty, what the call gives cues for and the answer lacks, what the
// answer says twice. `draft.json` is set.
Score ScoreCallAnswer(const Draft& draft);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_CALL_SCORE_H_
