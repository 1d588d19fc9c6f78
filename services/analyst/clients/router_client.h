#ifndef THROUGHLINE_SERVICES_ANALYST_CLIENTS_ROUTER_CLIENT_H_
#define THROUGHLINE_SERVICES_ANALYST_CLIENTS_ROUTER_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "services/analyst/domain/model_router.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::analyst {

// ModelRouter over router.v1. Thread-safe.
class RouterClient final : public ModelRouter {
 public:
  explicit RouterClient(const std::shared_ptr<grpc::Channel>& channel);

  Task<absl::StatusOr<grounding::Routed<deal::Analysis>>> Analyze(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt) override;
  Task<absl::StatusOr<grounding::Routed<CallFacts>>> ExtractFacts(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt) override;

 private:
  Task<absl::StatusOr<throughline::router::v1::CompleteResponse>> Complete(
      const Context& context, throughline::router::v1::TaskKind task,
      const grounding::CallContext& call, const grounding::ModelPrompt& prompt);

  const std::unique_ptr<throughline::router::v1::RouterService::StubInterface> stub_;
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_CLIENTS_ROUTER_CLIENT_H_
