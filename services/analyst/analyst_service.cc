#include "services/analyst/analyst_service.h"

#include "common/base/task_macros.h"
#include "common/rpc/task_call.h"
#include "common/wire/call_work.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"

namespace throughline::analyst {
namespace {

template <typename Response>
void AppendDropped(const std::vector<grounding::DroppedClaim>& dropped, Response& response) {
  for (const grounding::DroppedClaim& claim : dropped) {
    *response.add_dropped() = wire::ToProto(claim);
  }
}

}  // namespace

grpc::ServerUnaryReactor* AnalystServiceImpl::Analyze(grpc::CallbackServerContext* call,
                                                      const v1::AnalyzeRequest* request,
                                                      v1::AnalyzeResponse* response) {
  return rpc::TaskCall::Start(
      runtime_, requests_, call, "throughline.analyst.v1.AnalystService/Analyze",
      [=, this](const Context& context) -> Task<absl::Status> {
        CO_ASSIGN_OR_RETURN(const grounding::CallContext input,
                            wire::ReadCallContext(request->context(), "context"));
        CO_ASSIGN_OR_RETURN(const AnalyzedCall analyzed, co_await analyst_.Analyze(context, input));
        *response->mutable_analysis() = wire::ToProto(analyzed.analysis);
        *response->add_decisions() = wire::ToProto(analyzed.decision);
        AppendDropped(analyzed.dropped, *response);
        co_return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* AnalystServiceImpl::ExtractFacts(grpc::CallbackServerContext* call,
                                                           const v1::ExtractFactsRequest* request,
                                                           v1::ExtractFactsResponse* response) {
  return rpc::TaskCall::Start(
      runtime_, requests_, call, "throughline.analyst.v1.AnalystService/ExtractFacts",
      [=, this](const Context& context) -> Task<absl::Status> {
        CO_ASSIGN_OR_RETURN(const grounding::CallContext input,
                            wire::ReadCallContext(request->context(), "context"));
        CO_ASSIGN_OR_RETURN(const ExtractedCall read,
                            co_await analyst_.ExtractFacts(context, input));
        wire::AppendAll(read.extracted.facts, response->mutable_extracted()->mutable_facts());
        *response->mutable_extracted()->mutable_profile_changes() =
            wire::ToProto(read.extracted.profile_changes);
        *response->add_decisions() = wire::ToProto(read.decision);
        AppendDropped(read.dropped, *response);
        co_return absl::OkStatus();
      });
}

}  // namespace throughline::analyst
