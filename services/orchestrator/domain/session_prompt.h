#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_SESSION_PROMPT_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_SESSION_PROMPT_H_

#include <string>

#include "common/deal/types.h"

// What a live session is told of a customer. Pure.
namespace throughline::orchestrator {

inline constexpr int kDefaultSessionTokens = 400;
inline constexpr int kMinSessionTokens = 50;
inline constexpr int kMaxSessionTokens = 4000;

// `base` followed by a section on the customer of about `max_tokens` tokens at most, the most
// useful first: open objections, those already addressed (marked, so that none is raised again),
// triggers, budget, stage, preferences, personal details. A profile with nothing to say gives
// `base` alone.
std::string SessionPrompt(const std::string& base, const deal::CustomerProfile& profile,
                          int max_tokens);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_SESSION_PROMPT_H_
