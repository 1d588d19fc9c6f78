#ifndef THROUGHLINE_SERVICES_GATEWAY_SURFACES_MCP_H_
#define THROUGHLINE_SERVICES_GATEWAY_SURFACES_MCP_H_

#include <vector>

#include "services/gateway/routes.h"
#include "services/gateway/upstream.h"

namespace throughline::gateway {

// POST /mcp: the Model Context Protocol over streamable HTTP (revision 2025-06-18 and two before
// it), without sessions: every request is answered by itself. Tools: process_call, recall,
// get_profile, get_deal. `upstream` outlives it.
std::vector<Route> McpRoutes(const Upstream& upstream);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SURFACES_MCP_H_
