#ifndef THROUGHLINE_SERVICES_GATEWAY_SURFACES_CALLS_H_
#define THROUGHLINE_SERVICES_GATEWAY_SURFACES_CALLS_H_

#include <vector>

#include "services/gateway/routes.h"
#include "services/gateway/upstream.h"

namespace throughline::gateway {

// POST /v1/calls: a transcript in, the blocker, the decider and the e-mail out. The transcript
// comes as text in a JSON field, as a file of a form (`transcript`, beside fields named as the
// query's), or as the body itself with the rest in the query. With "Accept: text/event-stream" each
// step is told as it begins and ends. And GET /v1/customers/{customer_id}/export, a line of JSON
// for each row. `upstream` outlives the routes.
std::vector<Route> CallRoutes(const Upstream& upstream);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SURFACES_CALLS_H_
