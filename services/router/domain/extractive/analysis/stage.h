#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_STAGE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_STAGE_H_

#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"

namespace throughline::router::extractive {

// Where the deal stands after the call. `primary` may be null.
deal::JourneyStage FindStage(const CallView& call, const std::vector<Entry>& entries,
                             const Entry* primary);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_STAGE_H_
