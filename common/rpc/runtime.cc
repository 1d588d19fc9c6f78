#include "common/rpc/runtime.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"

namespace throughline::rpc {
namespace {

constexpr size_t kMaxTenantLength = 64;

std::vector<std::string> MethodLabels() { return {"grpc_type", "grpc_service", "grpc_method"}; }
std::vector<std::string> OutcomeLabels() {
  return {"grpc_type", "grpc_service", "grpc_method", "grpc_code"};
}

}  // namespace

ServerMetrics::ServerMetrics(MetricsRegistry& registry)
    : started(registry.Counter("grpc_server_started_total", "RPCs begun on the server."),
              MethodLabels()),
      handled(registry.Counter("grpc_server_handled_total",
                               "RPCs completed on the server, by status code."),
              OutcomeLabels()),
      handling(registry.Histogram("grpc_server_handling_seconds",
                                  "Time from the arrival of an RPC to its status."),
               MethodLabels()),
      in_flight(registry.Gauge("grpc_server_in_flight", "RPCs begun and not yet completed."),
                MethodLabels()),
      pool_queued(registry.Gauge("throughline_pool_queued", "Tasks waiting for a thread."),
                  {"pool"}),
      pool_wait(registry.Histogram("throughline_pool_wait_seconds",
                                   "Time that a task waited for a thread."),
                {"pool"}) {}

Runtime::Runtime(Options options, BoundedPool& pool, MetricsRegistry& metrics)
    : options_(std::move(options)), pool_(pool), metrics_(metrics) {}

bool IsValidTenant(absl::string_view tenant) {
  return !tenant.empty() && tenant.size() <= kMaxTenantLength &&
         std::all_of(tenant.begin(), tenant.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace throughline::rpc
