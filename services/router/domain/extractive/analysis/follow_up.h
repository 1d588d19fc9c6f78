#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_FOLLOW_UP_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_FOLLOW_UP_H_

#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/authority.h"
#include "services/router/domain/extractive/analysis/call.h"

namespace throughline::router::extractive {

// To whom the customer's words direct the follow-up: what they ask for themselves ("to me
// directly"), whom they send one to ("address it to her"), whom the seller promised it; else who
// raised the primary blocker, the champion, or the customer who spoke last.
// `primary` may be null.
deal::FollowUp FindFollowUp(CallView& call, const Authority& authority, const Entry* primary);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_FOLLOW_UP_H_
