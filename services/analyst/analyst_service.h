#ifndef THROUGHLINE_SERVICES_ANALYST_ANALYST_SERVICE_H_
#define THROUGHLINE_SERVICES_ANALYST_ANALYST_SERVICE_H_

#include "common/rpc/local_methods.h"
#include "common/rpc/offered_method.h"
#include "common/rpc/request_arena.h"
#include "common/rpc/runtime.h"
#include "common/rpc/task_call.h"
#include "services/analyst/domain/analyst.h"
#include "throughline/analyst/v1/analyst_service.grpc.pb.h"

namespace throughline::analyst {

// Requests that wait for models at once; the next ones are refused.
inline constexpr int kMaxRequestsInFlight = 4096;

// analyst.v1 over an Analyst. Borrows both; they outlive the server.
class AnalystServiceImpl final : public throughline::analyst::v1::AnalystService::CallbackService {
 public:
  AnalystServiceImpl(Analyst& analyst, rpc::Runtime& runtime);

  // Its methods, for callers in this process.
  void OfferTo(rpc::LocalMethods& methods);

  grpc::ServerUnaryReactor* Analyze(grpc::CallbackServerContext* call,
                                    const v1::AnalyzeRequest* request,
                                    v1::AnalyzeResponse* response) override;
  grpc::ServerUnaryReactor* ExtractFacts(grpc::CallbackServerContext* call,
                                         const v1::ExtractFactsRequest* request,
                                         v1::ExtractFactsResponse* response) override;

 private:
  Task<absl::Status> AnswerAnalyze(const Context& context, const v1::AnalyzeRequest& request,
                                   v1::AnalyzeResponse& response);
  Task<absl::Status> AnswerExtractFacts(const Context& context,
                                        const v1::ExtractFactsRequest& request,
                                        v1::ExtractFactsResponse& response);

  Analyst& analyst_;
  rpc::RequestArena<v1::AnalyzeRequest, v1::AnalyzeResponse> analyze_requests_;
  rpc::RequestArena<v1::ExtractFactsRequest, v1::ExtractFactsResponse> extract_requests_;
  rpc::TaskLimit requests_{kMaxRequestsInFlight};
  rpc::TaskMethod<v1::AnalyzeRequest, v1::AnalyzeResponse> analyze_;
  rpc::TaskMethod<v1::ExtractFactsRequest, v1::ExtractFactsResponse> extract_facts_;
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_ANALYST_SERVICE_H_
