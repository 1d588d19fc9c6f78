#ifndef THROUGHLINE_SERVICES_GATEWAY_ROUTES_H_
#define THROUGHLINE_SERVICES_GATEWAY_ROUTES_H_

#include <google/protobuf/descriptor.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "services/gateway/auth/api_keys.h"
#include "services/gateway/http/message.h"
#include "services/gateway/http/server.h"

namespace throughline::gateway {

// A request on its route.
struct RouteCall {
  const HttpRequest& request;
  std::map<std::string, std::string> path;  // what stood for each {name} of the pattern, decoded
};

// An error as the clients of a surface expect it.
using ErrorRenderer = HttpResponse (*)(const absl::Status& status, absl::string_view request_id);

// One method and path, what it takes and who may call it.
struct Route {
  // Answers through the responder, or returns an error before it has begun to.
  using Handler = std::function<absl::Status(const Context&, const RouteCall&, Responder&)>;
  // A handler that holds no thread while it waits for others.
  using TaskHandler =
      std::function<Task<absl::Status>(const Context&, const RouteCall&, Responder&)>;

  std::string method;   // "GET"
  std::string pattern;  // "/v1/jobs/{job_id}"; a last segment {name...} takes all that is left
  std::optional<Scope> scope;  // nothing: open to everybody
  std::string summary;         // for the API's document
  Handler handler;
  TaskHandler task = nullptr;  // in the place of `handler`
  // Whether what `task` does before it first waits is short and never blocks; null: never.
  bool (*begins_at_once)(const HttpRequest& request) = nullptr;
  // For the API's document: the messages of the body, the query and the answer.
  const google::protobuf::Descriptor* body = nullptr;
  const google::protobuf::Descriptor* query = nullptr;
  const google::protobuf::Descriptor* answer = nullptr;
  ErrorRenderer errors = nullptr;  // null: problem+json
};

// All routes of the gateway. Built once, then thread-safe.
class RouteTable {
 public:
  struct Found {
    const Route* route = nullptr;  // null when no route has this path and method
    std::map<std::string, std::string> path;
    std::vector<std::string> allowed;  // the methods that the path has, when it has not this one
  };

  void Add(Route route);
  void Add(std::vector<Route> routes);

  // The route of a path without a {name} that is written as its pattern is; null when there is
  // none.
  const Route* FindFixed(absl::string_view method, absl::string_view path) const;
  // INVALID_ARGUMENT for a path that cannot be decoded. A literal segment beats a {name}.
  absl::StatusOr<Found> Find(absl::string_view method, absl::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  absl::flat_hash_map<std::string, size_t> fixed_;  // "GET /path" to its place in routes_
  std::vector<std::vector<std::string>> segments_;  // of each route's pattern
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_ROUTES_H_
