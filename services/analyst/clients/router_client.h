#ifndef THROUGHLINE_SERVICES_ANALYST_CLIENTS_ROUTER_CLIENT_H_
#define THROUGHLINE_SERVICES_ANALYST_CLIENTS_ROUTER_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/task_client.h"
#include "common/wire/prompt_need.h"
#include "services/analyst/domain/model_router.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::analyst {

// ModelRouter over router.v1. Thread-safe.
class RouterClient final : public ModelRouter {
 public:
  explicit RouterClient(const rpc::Connection& router);

  Task<absl::StatusOr<grounding::Routed<deal::Analysis>>> Analyze(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt, Reader reader) override;
  Task<absl::StatusOr<grounding::Routed<CallFacts>>> ExtractFacts(
      const Context& context, const grounding::CallContext& call,
      const grounding::ModelPrompt& prompt, Reader reader) override;
  Task<ModelRoom> RoomFor(const Context& context, Question question) override;

 private:
  // What the router's configuration says, at `known_at`.
  struct Models {
    bool has_engine = false;
    ModelRoom analysis;
    ModelRoom facts;
    absl::Time known_at = absl::InfinitePast();
  };

  // Of late; no engine and no limits where the router does not say.
  Task<Models> KnownModels(const Context& context) ABSL_LOCKS_EXCLUDED(mutex_);

  Task<absl::StatusOr<throughline::router::v1::CompleteResponse>> Complete(
      const Context& context, throughline::router::v1::TaskKind task,
      const grounding::CallContext& call, const grounding::ModelPrompt& prompt, Reader reader);

  rpc::TaskClient<throughline::router::v1::RouterService> client_;
  wire::PromptNeed prompt_need_;
  absl::Mutex mutex_;
  Models models_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_CLIENTS_ROUTER_CLIENT_H_
