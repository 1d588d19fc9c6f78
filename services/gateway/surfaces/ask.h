#ifndef THROUGHLINE_SERVICES_GATEWAY_SURFACES_ASK_H_
#define THROUGHLINE_SERVICES_GATEWAY_SURFACES_ASK_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/rpc/client_call.h"

namespace throughline::gateway {

// Calls a service, with all the time that the request has left. Blocks; errors are the service's.
template <typename Stub, typename Interface, typename Request, typename Response>
absl::StatusOr<Response> Ask(const Context& context, Stub& stub,
                             grpc::Status (Interface::*rpc)(grpc::ClientContext*, const Request&,
                                                            Response*),
                             const Request& request) {
  return rpc::Invoke(context, stub, rpc, request,
                     {.callee = "the service", .budget = context.Remaining()});
}

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SURFACES_ASK_H_
