#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SALES_CALL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SALES_CALL_H_

#include "services/router/domain/extractive/analysis/call.h"

namespace throughline::router::extractive {

// False for stand-ups, support, interviews and small talk: talk in which nobody offers anything to
// anybody. Thread-safe.
bool IsSalesCall(const CallView& call);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SALES_CALL_H_
