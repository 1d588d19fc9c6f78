#ifndef THROUGHLINE_SERVICES_GATEWAY_SURFACES_OPENAI_H_
#define THROUGHLINE_SERVICES_GATEWAY_SURFACES_OPENAI_H_

#include <vector>

#include "common/base/clock.h"
#include "services/gateway/routes.h"
#include "services/gateway/upstream.h"

namespace throughline::gateway {

// /v1/chat/completions (whole and streamed) and /v1/models as clients of OpenAI's API speak them,
// over the router: the model "auto" lets the cascade choose. The decision, the model and both costs
// come in X-Throughline-* headers (of a stream: in the last chunk's `throughline`). What the router
// cannot do, such as tools, is refused by name rather than left out. Both outlive the routes.
std::vector<Route> OpenAiRoutes(const Upstream& upstream, const Clock& clock);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SURFACES_OPENAI_H_
