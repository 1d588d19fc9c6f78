#ifndef THROUGHLINE_SERVICES_GATEWAY_OPENAPI_H_
#define THROUGHLINE_SERVICES_GATEWAY_OPENAPI_H_

#include <string>

#include "services/gateway/routes.h"

namespace throughline::gateway {

// The routes as an OpenAPI 3.1 document, made from the table that serves them and the descriptors
// of their messages, so that it cannot tell of anything else.
std::string OpenApiDocument(const RouteTable& routes);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_OPENAPI_H_
