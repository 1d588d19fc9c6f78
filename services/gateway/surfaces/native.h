#ifndef THROUGHLINE_SERVICES_GATEWAY_SURFACES_NATIVE_H_
#define THROUGHLINE_SERVICES_GATEWAY_SURFACES_NATIVE_H_

#include <vector>

#include "services/gateway/routes.h"
#include "services/gateway/upstream.h"

namespace throughline::gateway {

// /v1/…: the services' own API as JSON, all but the processing of calls. `upstream` outlives it.
std::vector<Route> NativeRoutes(const Upstream& upstream);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SURFACES_NATIVE_H_
