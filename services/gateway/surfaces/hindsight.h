#ifndef THROUGHLINE_SERVICES_GATEWAY_SURFACES_HINDSIGHT_H_
#define THROUGHLINE_SERVICES_GATEWAY_SURFACES_HINDSIGHT_H_

#include <vector>

#include "services/gateway/routes.h"
#include "services/gateway/upstream.h"

namespace throughline::gateway {

// /v1/default/banks/…: retain, recall, list and delete as Hindsight's clients speak them, over
// memory. A bank is a customer, a document is a call. Every retain is durable when it is answered,
// so an operation is complete from the start. `context` is kept as who said it, `metadata` as tags.
// What memory does not do (reflect, mental models, directives) has no route. `upstream` outlives
// it.
std::vector<Route> HindsightRoutes(const Upstream& upstream);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SURFACES_HINDSIGHT_H_
