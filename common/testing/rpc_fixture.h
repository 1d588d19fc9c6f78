#ifndef THROUGHLINE_COMMON_TESTING_RPC_FIXTURE_H_
#define THROUGHLINE_COMMON_TESTING_RPC_FIXTURE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/bounded_pool.h"
#include "common/observability/metrics.h"
#include "common/rpc/runtime.h"
#include "common/rpc/server.h"

namespace throughline {

// An in-process server for the services under test, and a channel to it. Make the service with
// `runtime()`, Serve it, build a stub on `channel()`. Ends the process if it cannot start.
//
//   RpcFixture rpc;
//   MemoryServiceImpl service(memory, rpc.runtime());
//   rpc.Serve(v1::MemoryService::service_full_name(), service);
//   auto stub = v1::MemoryService::NewStub(rpc.channel());
//
// Declare it before the service: the service must outlive only the calls, and Stop() (also run by
// the destructor) ends those; call Stop() first when the service is destroyed earlier.
class RpcFixture {
 public:
  struct Options {
    rpc::Runtime::Options runtime;
    BoundedPool::Options pool = {.name = "test", .threads = 4, .max_queued = 64};
  };

  RpcFixture();
  explicit RpcFixture(Options options);
  ~RpcFixture();

  rpc::Runtime& runtime() { return runtime_; }
  MetricsRegistry& metrics() { return metrics_; }

  // Adds `service` and starts serving; call once.
  void Serve(absl::string_view name, grpc::Service& service);
  // In-process; after Serve.
  std::shared_ptr<grpc::Channel> channel();
  // "127.0.0.1:port" of the same server, for clients that need an address.
  std::string address() const { return server_.address(); }
  // Ends every call and stops serving. Idempotent.
  void Stop() { server_.Shutdown(); }

 private:
  MetricsRegistry metrics_;
  BoundedPool pool_;
  rpc::Runtime runtime_;
  rpc::Server server_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_RPC_FIXTURE_H_
