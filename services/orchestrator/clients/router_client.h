#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_ROUTER_CLIENT_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_ROUTER_CLIENT_H_

#include "common/rpc/task_client.h"
#include "services/orchestrator/domain/ports.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::orchestrator {

// RouterPort over router.v1. Thread-safe.
class RouterClient final : public RouterPort {
 public:
  explicit RouterClient(const rpc::Connection& router) : client_(router) {}

  absl::Status ForgetAnswers(const Context& context, const CallKey& key) override;

 private:
  rpc::TaskClient<throughline::router::v1::RouterService> client_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_ROUTER_CLIENT_H_
