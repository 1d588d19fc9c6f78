#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_FIELD_RULES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_FIELD_RULES_H_

#include <vector>

#include "services/router/domain/types.h"

namespace throughline::router {

// The places of an answer that need grounding: those of the request's contract, and for a call task
// those that the shape of its answer (throughline.deal.v1 as JSON) gives anyway.
std::vector<FieldConstraint> FieldRulesOf(const Request& request);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_JUDGE_FIELD_RULES_H_
