#include "services/router/router_service.h"

#include <optional>
#include <string>

#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/rpc/stream_call.h"
#include "common/rpc/unary_call.h"
#include "services/router/router_proto.h"

namespace throughline::router {
namespace {

// Pieces in which an accepted answer is streamed, in bytes; split between characters.
constexpr size_t kStreamPieceBytes = 4096;

size_t PieceEnd(absl::string_view text, size_t begin) {
  size_t end = begin + kStreamPieceBytes;
  if (end >= text.size()) return text.size();
  while (end > begin + 1 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

absl::Status StreamAnswer(const Context& context, const v1::CompleteResponse& answer,
                          rpc::Sink<v1::StreamCompleteResponse>& sink) {
  const std::string& text = answer.text();
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = PieceEnd(text, begin);
    v1::StreamCompleteResponse piece;
    piece.set_text(text.substr(begin, end - begin));
    if (!sink.Write(piece)) return context.Check();
    begin = end;
  }
  v1::StreamCompleteResponse last;
  *last.mutable_completed() = answer;
  return sink.Write(last) ? absl::OkStatus() : context.Check();
}

}  // namespace

grpc::ServerUnaryReactor* RouterServiceImpl::Complete(grpc::CallbackServerContext* call,
                                                      const v1::CompleteRequest* request,
                                                      v1::CompleteResponse* response) {
  return rpc::UnaryCall::Start(runtime_, call, "throughline.router.v1.RouterService/Complete",
                               [=, this](const Context& context) -> absl::Status {
                                 ASSIGN_OR_RETURN(const Request wanted, ReadRequest(*request));
                                 ASSIGN_OR_RETURN(const Answer answer,
                                                  router_.Complete(context, wanted));
                                 *response = ToProto(answer);
                                 return absl::OkStatus();
                               });
}

grpc::ServerWriteReactor<v1::StreamCompleteResponse>* RouterServiceImpl::StreamComplete(
    grpc::CallbackServerContext* call, const v1::StreamCompleteRequest* request) {
  return rpc::StreamCall<v1::StreamCompleteResponse>::Start(
      runtime_, call, "throughline.router.v1.RouterService/StreamComplete",
      [=, this](const Context& context,
                rpc::Sink<v1::StreamCompleteResponse>& sink) -> absl::Status {
        ASSIGN_OR_RETURN(const Request wanted, ReadRequest(request->request()));
        ASSIGN_OR_RETURN(const Answer answer, router_.Complete(context, wanted));
        return StreamAnswer(context, ToProto(answer), sink);
      });
}

grpc::ServerUnaryReactor* RouterServiceImpl::Decide(grpc::CallbackServerContext* call,
                                                    const v1::DecideRequest* request,
                                                    v1::DecideResponse* response) {
  return rpc::UnaryCall::Start(runtime_, call, "throughline.router.v1.RouterService/Decide",
                               [=, this](const Context&) -> absl::Status {
                                 ASSIGN_OR_RETURN(const Request wanted, ReadRequest(*request));
                                 std::optional<std::string> draft;
                                 if (request->has_draft()) draft = request->draft();
                                 ASSIGN_OR_RETURN(const Outlook outlook,
                                                  router_.Decide(wanted, draft));
                                 *response = ToProto(outlook);
                                 return absl::OkStatus();
                               });
}

grpc::ServerUnaryReactor* RouterServiceImpl::ListDecisions(grpc::CallbackServerContext* call,
                                                           const v1::ListDecisionsRequest* request,
                                                           v1::ListDecisionsResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, "throughline.router.v1.RouterService/ListDecisions",
      [=, this](const Context& context) -> absl::Status {
        ASSIGN_OR_RETURN(const DecisionFilter filter, ReadFilter(*request));
        ASSIGN_OR_RETURN(const DecisionPage page, router_.log().List(context, filter));
        for (const Decision& decision : page.decisions) {
          *response->add_decisions() = ToProto(decision);
        }
        response->set_next_page_token(page.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* RouterServiceImpl::GetDecision(grpc::CallbackServerContext* call,
                                                         const v1::GetDecisionRequest* request,
                                                         v1::GetDecisionResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, "throughline.router.v1.RouterService/GetDecision",
      [=, this](const Context& context) -> absl::Status {
        if (request->decision_id().empty()) {
          return InvalidField("decision_id", "a decision's id", "ListDecisions has them");
        }
        ASSIGN_OR_RETURN(const Decision decision,
                         router_.log().Get(context, request->decision_id()));
        *response->mutable_decision() = ToProto(decision);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* RouterServiceImpl::GetSpend(grpc::CallbackServerContext* call,
                                                      const v1::GetSpendRequest* request,
                                                      v1::GetSpendResponse* response) {
  return rpc::UnaryCall::Start(runtime_, call, "throughline.router.v1.RouterService/GetSpend",
                               [=, this](const Context& context) -> absl::Status {
                                 ASSIGN_OR_RETURN(const SpendQuery query, ReadSpendQuery(*request));
                                 ASSIGN_OR_RETURN(const Spend spend,
                                                  router_.log().SumSpend(context, query));
                                 for (const SpendRow& row : spend.rows) {
                                   *response->add_rows() = ToProto(row);
                                 }
                                 *response->mutable_total() = ToProto(spend.total);
                                 return absl::OkStatus();
                               });
}

grpc::ServerUnaryReactor* RouterServiceImpl::ListModels(grpc::CallbackServerContext* call,
                                                        const v1::ListModelsRequest* request,
                                                        v1::ListModelsResponse* response) {
  return rpc::UnaryCall::Start(runtime_, call, "throughline.router.v1.RouterService/ListModels",
                               [=, this](const Context&) -> absl::Status {
                                 std::optional<TaskKind> task;
                                 if (request->task() != v1::TASK_KIND_UNSPECIFIED) {
                                   if (!v1::TaskKind_IsValid(request->task())) {
                                     return InvalidField("task", "a known kind of work",
                                                         "see TaskKind");
                                   }
                                   task = static_cast<TaskKind>(request->task());
                                 }
                                 for (const ModelStatus& status : router_.Models(task)) {
                                   *response->add_models() = ToProto(status);
                                 }
                                 response->set_policy_version(router_.policy().version);
                                 return absl::OkStatus();
                               });
}

}  // namespace throughline::router
