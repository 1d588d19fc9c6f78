#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_BRIEFING_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_BRIEFING_H_

#include <cstddef>

#include "common/deal/types.h"

namespace throughline::orchestrator {

// The most steps of a blocker, and the most earlier calls, that a call is read with.
inline constexpr size_t kMaxStepsTold = 8;
inline constexpr size_t kMaxCallsTold = 8;

// What a call is read with of a deal: every blocker with the step that began it and its newest
// ones, the newest calls, everybody. Without the bound a call would cost more with each before it;
// memory, which keeps every step, merges what a reading adds. Pure.
deal::DealState Brief(deal::DealState state);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_BRIEFING_H_
