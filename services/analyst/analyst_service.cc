#include "services/analyst/analyst_service.h"

#include <functional>

#include "common/base/task_macros.h"
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

AnalystServiceImpl::AnalystServiceImpl(Analyst& analyst, rpc::Runtime& runtime)
    : analyst_(analyst),
      analyze_(runtime, requests_, "throughline.analyst.v1.AnalystService/Analyze",
               std::bind_front(&AnalystServiceImpl::AnswerAnalyze, this)),
      extract_facts_(runtime, requests_, "throughline.analyst.v1.AnalystService/ExtractFacts",
                     std::bind_front(&AnalystServiceImpl::AnswerExtractFacts, this)) {
  SetMessageAllocatorFor_Analyze(&analyze_requests_);
  SetMessageAllocatorFor_ExtractFacts(&extract_requests_);
}

void AnalystServiceImpl::OfferTo(rpc::LocalMethods& methods) {
  methods.Offer(analyze_);
  methods.Offer(extract_facts_);
}

grpc::ServerUnaryReactor* AnalystServiceImpl::Analyze(grpc::CallbackServerContext* call,
                                                      const v1::AnalyzeRequest* request,
                                                      v1::AnalyzeResponse* response) {
  return analyze_.Start(call, request, response);
}

grpc::ServerUnaryReactor* AnalystServiceImpl::ExtractFacts(grpc::CallbackServerContext* call,
                                                           const v1::ExtractFactsRequest* request,
                                                           v1::ExtractFactsResponse* response) {
  return extract_facts_.Start(call, request, response);
}

Task<absl::Status> AnalystServiceImpl::AnswerAnalyze(const Context& context,
                                                     const v1::AnalyzeRequest& request,
                                                     v1::AnalyzeResponse& response) {
  CO_ASSIGN_OR_RETURN(const grounding::CallContext input,
                      wire::ReadCallContext(request.context(), "context"));
  CO_ASSIGN_OR_RETURN(const AnalyzedCall analyzed, co_await analyst_.Analyze(context, input));
  *response.mutable_analysis() = wire::ToProto(analyzed.analysis);
  AppendRecord(analyzed, response);
  for (const ReadingPoint point : analyzed.agreements) {
    response.add_agreements(static_cast<v1::ReadingPoint>(point));
  }
  for (const Disagreement& point : analyzed.disagreements) {
    v1::Disagreement& proto = *response.add_disagreements();
    proto.set_point(static_cast<v1::ReadingPoint>(point.point));
    proto.set_model(point.model);
    proto.set_engine(point.engine);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> AnalystServiceImpl::AnswerExtractFacts(const Context& context,
                                                          const v1::ExtractFactsRequest& request,
                                                          v1::ExtractFactsResponse& response) {
  CO_ASSIGN_OR_RETURN(const grounding::CallContext input,
                      wire::ReadCallContext(request.context(), "context"));
  CO_ASSIGN_OR_RETURN(const ExtractedCall read, co_await analyst_.ExtractFacts(context, input));
  wire::AppendAll(read.extracted.facts, response.mutable_extracted()->mutable_facts());
  *response.mutable_extracted()->mutable_profile_changes() =
      wire::ToProto(read.extracted.profile_changes);
  AppendRecord(read, response);
  co_return absl::OkStatus();
}

}  // namespace throughline::analyst
