#ifndef THROUGHLINE_SERVICES_ROUTER_ROUTER_SERVICE_H_
#define THROUGHLINE_SERVICES_ROUTER_ROUTER_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/retention/sweeper.h"
#include "common/rpc/local_methods.h"
#include "common/rpc/offered_method.h"
#include "common/rpc/request_arena.h"
#include "common/rpc/runtime.h"
#include "common/rpc/task_call.h"
#include "services/router/live_router.h"
#include "services/router/router_proto.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::router {

// Requests that may wait for models at once; further ones answer RESOURCE_EXHAUSTED.
inline constexpr int kMaxRequestsInFlight = 4096;

// router.v1.RouterService over the router in force: translates, nothing else. Borrows all.
class RouterServiceImpl final : public v1::RouterService::CallbackService {
 public:
  RouterServiceImpl(const LiveRouter& router, retention::Sweeper& sweeper, rpc::Runtime& runtime);

  // What callers in this process may call without a channel.
  void OfferTo(rpc::LocalMethods& methods) {
    methods.Offer(complete_);
    methods.Offer(stream_complete_);
  }

  grpc::ServerUnaryReactor* Complete(grpc::CallbackServerContext* call,
                                     const v1::CompleteRequest* request,
                                     v1::CompleteResponse* response) override;
  grpc::ServerWriteReactor<v1::StreamCompleteResponse>* StreamComplete(
      grpc::CallbackServerContext* call, const v1::StreamCompleteRequest* request) override;
  grpc::ServerUnaryReactor* Decide(grpc::CallbackServerContext* call,
                                   const v1::DecideRequest* request,
                                   v1::DecideResponse* response) override;
  grpc::ServerUnaryReactor* ForgetAnswers(grpc::CallbackServerContext* call,
                                          const v1::ForgetAnswersRequest* request,
                                          v1::ForgetAnswersResponse* response) override;
  grpc::ServerUnaryReactor* ListDecisions(grpc::CallbackServerContext* call,
                                          const v1::ListDecisionsRequest* request,
                                          v1::ListDecisionsResponse* response) override;
  grpc::ServerUnaryReactor* GetDecision(grpc::CallbackServerContext* call,
                                        const v1::GetDecisionRequest* request,
                                        v1::GetDecisionResponse* response) override;
  grpc::ServerUnaryReactor* GetSpend(grpc::CallbackServerContext* call,
                                     const v1::GetSpendRequest* request,
                                     v1::GetSpendResponse* response) override;
  grpc::ServerUnaryReactor* ListBudgets(grpc::CallbackServerContext* call,
                                        const v1::ListBudgetsRequest* request,
                                        v1::ListBudgetsResponse* response) override;
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* call,
                                       const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* response) override;
  grpc::ServerUnaryReactor* PreviewRetention(grpc::CallbackServerContext* call,
                                             const v1::PreviewRetentionRequest* request,
                                             v1::PreviewRetentionResponse* response) override;

 private:
  Task<absl::Status> AnswerComplete(const Context& context, const v1::CompleteRequest& request,
                                    v1::CompleteResponse& response);
  Task<absl::Status> StreamAnswer(const Context& context, const v1::StreamCompleteRequest& request,
                                  rpc::MessageSink<v1::StreamCompleteResponse>& sink);

  const LiveRouter& router_;
  retention::Sweeper& sweeper_;
  rpc::Runtime& runtime_;
  RecentCalls recent_;
  rpc::RequestArena<v1::CompleteRequest, v1::CompleteResponse> complete_requests_;
  rpc::TaskLimit requests_{kMaxRequestsInFlight};
  rpc::TaskMethod<v1::CompleteRequest, v1::CompleteResponse> complete_;
  rpc::StreamMethod<v1::StreamCompleteRequest, v1::StreamCompleteResponse> stream_complete_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_ROUTER_SERVICE_H_
