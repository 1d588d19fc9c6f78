#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_NEXT_STEP_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_NEXT_STEP_H_

#include <optional>
#include <string>

#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/call.h"

namespace throughline::router::extractive {

// What was agreed to happen next: the promise or request due on the day both sides settled on, the
// last dated one otherwise; without one, the next meeting both agreed on. nullopt when nothing was
// agreed.
std::optional<deal::NextStep> FindNextStep(const CallView& call);

// What is known of the dates, in the customer's words; empty when nothing is.
std::string FindTimeline(const CallView& call);

// What is known of the money, in the customer's words; empty when nothing is.
std::string FindBudget(const CallView& call);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_NEXT_STEP_H_
