#ifndef THROUGHLINE_SERVICES_GATEWAY_SURFACES_RPC_ROUTE_H_
#define THROUGHLINE_SERVICES_GATEWAY_SURFACES_RPC_ROUTE_H_

#include <grpcpp/grpcpp.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/status_macros.h"
#include "services/gateway/routes.h"
#include "services/gateway/surfaces/ask.h"
#include "services/gateway/transcoding.h"

namespace throughline::gateway {

// Sets the string fields of `message` that have the names of the path's parts; a part that the
// body or the query set too must be the same there.
absl::Status BindPath(const std::map<std::string, std::string>& path,
                      google::protobuf::Message& message);

// The body of a request that must be JSON; INVALID_ARGUMENT when it says it is something else.
absl::Status ReadJsonBody(const HttpRequest& request, google::protobuf::Message& message);

// A route that is one unary RPC: the request comes from the JSON body (POST, PUT, PATCH) or the
// query (GET, DELETE) and the path; the answer is the response as JSON. `stub` outlives the route.
template <typename Stub, typename Interface, typename Request, typename Response>
Route RpcRoute(std::string method, std::string pattern, Scope scope, std::string summary,
               Stub& stub,
               grpc::Status (Interface::*rpc)(grpc::ClientContext*, const Request&, Response*)) {
  const bool has_body = method == "POST" || method == "PUT" || method == "PATCH";
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.scope = scope;
  route.summary = std::move(summary);
  (has_body ? route.body : route.query) = Request::descriptor();
  route.answer = Response::descriptor();
  route.handler = [has_body, &stub, rpc](const Context& context, const RouteCall& call,
                                         Responder& responder) -> absl::Status {
    Request request;
    RETURN_IF_ERROR(FromFields(call.request.query, request));
    if (has_body) RETURN_IF_ERROR(ReadJsonBody(call.request, request));
    RETURN_IF_ERROR(BindPath(call.path, request));
    ASSIGN_OR_RETURN(const Response response, Ask(context, stub, rpc, request));
    ASSIGN_OR_RETURN(std::string json, ToJson(response));
    responder.Send({.body = std::move(json)});
    return absl::OkStatus();
  };
  return route;
}

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_SURFACES_RPC_ROUTE_H_
