#include "services/analyst/analyst_service.h"

#include "common/base/task_macros.h"
#include "common/rpc/task_call.h"
#include "common/wire/call_work.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"

namespace throughline::analyst {
namespace {

// How the answer came about; alike for both questions.
template <typename Result, typename Response>
void AppendRecord(const Result& result, Response& response) {
  for (const grounding::RoutedDecision& decision : result.decisions) {
    *response.add_decisions() = wire::ToProto(decision);
  }
  for (const grounding::DroppedClaim& claim : result.dropped) {
    *response.add_dropped() = wire::ToProto(claim);
  }
  response.set_parts(result.parts);
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
        AppendRecord(analyzed, *response);
        for (const ReadingPoint point : analyzed.agreements) {
          response->add_agreements(static_cast<v1::ReadingPoint>(point));
        }
        for (const Disagreement& point : analyzed.disagreements) {
          v1::Disagreement& proto = *response->add_disagreements();
          proto.set_point(static_cast<v1::ReadingPoint>(point.point));
          proto.set_model(point.model);
          proto.set_engine(point.engine);
        }
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
        AppendRecord(read, *response);
        co_return absl::OkStatus();
      });
}

}  // namespace throughline::analyst
