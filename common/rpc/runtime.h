#ifndef THROUGHLINE_COMMON_RPC_RUNTIME_H_
#define THROUGHLINE_COMMON_RPC_RUNTIME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/base/span.h"
#include "common/observability/metrics.h"

namespace throughline::rpc {

// The server side of gRPC's RED metrics, named as go-grpc-prometheus names them. Thread-safe.
struct ServerMetrics {
  explicit ServerMetrics(MetricsRegistry& registry);

  // Of grpc_type, grpc_service and grpc_method.
  LabelledCounter started;     // grpc_server_started_total
  LabelledCounter handled;     // grpc_server_handled_total, with grpc_code
  LabelledHistogram handling;  // grpc_server_handling_seconds
  LabelledGauge in_flight;     // grpc_server_in_flight
  // Of the pool.
  LabelledGauge pool_queued;    // throughline_pool_queued
  LabelledHistogram pool_wait;  // throughline_pool_wait_seconds
};

// What UnaryCall and StreamCall need to run a handler: where it runs and who is asking. A service
// holds one by reference for each class of dependency (each has its own pool); it outlives the
// server. Thread-safe.
class Runtime {
 public:
  struct Options {
    // The tenant of every call whose metadata is not trusted.
    std::string tenant = "default";
    // Honour the x-throughline-tenant metadata: only behind callers that set it from a credential.
    bool trust_tenant_metadata = false;
    // No handler gets longer than this, whatever deadline the client sends.
    absl::Duration max_budget = absl::Seconds(60);
    // What a client is told to wait when the pool is full.
    absl::Duration retry_after = absl::Seconds(1);
    // Takes the spans of sampled calls; null: none are recorded. Borrowed.
    Tracer* tracer = nullptr;
  };

  // Borrows both; they outlive the runtime.
  Runtime(Options options, BoundedPool& pool, MetricsRegistry& metrics);

  const Options& options() const { return options_; }
  BoundedPool& pool() { return pool_; }
  ServerMetrics& metrics() { return metrics_; }

 private:
  const Options options_;
  BoundedPool& pool_;
  ServerMetrics metrics_;
};

// True for 1 to 64 characters of A-Z a-z 0-9 . _ -
bool IsValidTenant(absl::string_view tenant);

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_RUNTIME_H_
