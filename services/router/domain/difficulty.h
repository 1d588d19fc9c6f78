#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_DIFFICULTY_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_DIFFICULTY_H_

#include "services/router/domain/general_features.h"

// What a prompt shows before anything has answered it. Linear; pure; thread-safe.
namespace throughline::router {

// How hard a prompt looks, 0 to 1: quantities to combine, constraints and parts asked for, proof
// and code. Carries over between subjects only weakly, so it informs and seldom decides. The
// features are the prompt's.
double EstimateDifficulty(const ReadText& prompt, const FeatureValues& features);

// Whether the prompt asks for something to be written or explained, so that a few words cannot be
// the whole answer.
bool WantsLongAnswer(const ReadPrompt& prompt);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_DIFFICULTY_H_
