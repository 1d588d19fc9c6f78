#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_CHAT_WIRE_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_CHAT_WIRE_H_

#include <memory>

#include "services/router/clients/dialect.h"
#include "services/router/clients/flavors.h"

namespace throughline::router {

// OpenAI's chat completions in one server's flavor.
std::unique_ptr<Dialect> MakeChatDialect(const Flavor& flavor);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_CHAT_WIRE_H_
