#ifndef THROUGHLINE_SERVICES_WRITER_CLIENTS_ROUTER_CLIENT_H_
#define THROUGHLINE_SERVICES_WRITER_CLIENTS_ROUTER_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "common/rpc/task_client.h"
#include "common/wire/prompt_need.h"
#include "services/writer/domain/model_router.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::writer {

// ModelRouter over router.v1. Thread-safe.
class RouterClient final : public ModelRouter {
 public:
  explicit RouterClient(const rpc::Connection& router);

  Task<absl::StatusOr<grounding::Routed<deal::Email>>> WriteEmail(
      const Context& context, const EmailTask& task, const grounding::ModelPrompt& prompt,
      const DraftOptions& draft) override;

 private:
  rpc::TaskClient<throughline::router::v1::RouterService> client_;
  wire::PromptNeed prompt_need_;
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_CLIENTS_ROUTER_CLIENT_H_
