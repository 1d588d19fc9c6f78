#ifndef THROUGHLINE_SERVICES_GATEWAY_UPSTREAM_H_
#define THROUGHLINE_SERVICES_GATEWAY_UPSTREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/task_client.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::gateway {

// The services behind the gateway. Thread-safe.
struct Upstream {
  using Orchestrator = throughline::orchestrator::v1::OrchestratorService;
  using Memory = throughline::memory::v1::MemoryService;
  using Router = throughline::router::v1::RouterService;

  std::unique_ptr<rpc::TaskClient<Orchestrator>> orchestrator;
  std::unique_ptr<Memory::StubInterface> memory;
  std::unique_ptr<rpc::TaskClient<Router>> router;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_UPSTREAM_H_
