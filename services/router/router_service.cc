#include "services/router/router_service.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/retention/preview.h"
#include "common/rpc/task_call.h"
#include "common/rpc/unary_call.h"
#include "services/router/router_proto.h"

namespace throughline::router {
namespace {

// Pieces in which text is streamed at most, in bytes; split between characters.
constexpr size_t kStreamPieceBytes = 4096;

// A longer request is read on the pool: what it takes would hold up others on the thread it came
// by.
constexpr size_t kMostBytesBegunAtOnce = 16 * 1024;

using Sink = rpc::MessageSink<v1::StreamCompleteResponse>;

// Whether what is done before a model is asked is short and never blocks.
bool BeginsAtOnce(const Router& router, const v1::CompleteRequest& request) {
  const bool is_general =
      request.task() == v1::TASK_KIND_UNSPECIFIED || request.task() == v1::TASK_KIND_GENERAL;
  return is_general && request.ByteSizeLong() <= kMostBytesBegunAtOnce &&
         router.AsksAtOnce(TaskKind::kGeneral, !request.idempotency_key().empty());
}

size_t PieceEnd(absl::string_view text, size_t begin) {
  size_t end = begin + kStreamPieceBytes;
  if (end >= text.size()) return text.size();
  while (end > begin + 1 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

// Texts that wait behind one another go out as one.
bool JoinTexts(v1::StreamCompleteResponse& last, const v1::StreamCompleteResponse& next) {
  if (!last.has_text() || !next.has_text()) return false;
  if (last.text().size() + next.text().size() > kStreamPieceBytes) return false;
  last.mutable_text()->append(next.text());
  return true;
}

// Text of the answer on its way to the client.
class LiveAnswer final : public TextSink {
 public:
  explicit LiveAnswer(Sink& sink) : sink_(sink) {}

  void Send(absl::string_view text) override {
    sent_bytes_ += text.size();
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = PieceEnd(text, begin);
      v1::StreamCompleteResponse piece;
      piece.set_text(std::string(text.substr(begin, end - begin)));
      sink_.Write(std::move(piece));
      begin = end;
    }
  }

  // What has not gone out yet of the answer's text, and the answer.
  void Complete(const v1::CompleteResponse& answer) {
    Send(absl::string_view(answer.text()).substr(sent_bytes_));
    v1::StreamCompleteResponse last;
    *last.mutable_completed() = answer;
    sink_.Write(std::move(last));
  }

 private:
  Sink& sink_;
  size_t sent_bytes_ = 0;
};

}  // namespace

RouterServiceImpl::RouterServiceImpl(const LiveRouter& router, retention::Sweeper& sweeper,
                                     rpc::Runtime& runtime)
    : router_(router),
      sweeper_(sweeper),
      runtime_(runtime),
      complete_(runtime, requests_, "throughline.router.v1.RouterService/Complete",
                std::bind_front(&RouterServiceImpl::AnswerComplete, this)),
      stream_complete_(runtime, requests_, "throughline.router.v1.RouterService/StreamComplete",
                       &JoinTexts, std::bind_front(&RouterServiceImpl::StreamAnswer, this)) {
  SetMessageAllocatorFor_Complete(&complete_requests_);
}

grpc::ServerUnaryReactor* RouterServiceImpl::Complete(grpc::CallbackServerContext* call,
                                                      const v1::CompleteRequest* request,
                                                      v1::CompleteResponse* response) {
  return complete_.Start(call, request, response,
                         BeginsAtOnce(*router_.Get(), *request)
                             ? rpc::TaskCall::Begin::kHereWhenQuiet
                             : rpc::TaskCall::Begin::kOnPool);
}

Task<absl::Status> RouterServiceImpl::AnswerComplete(const Context& context,
                                                     const v1::CompleteRequest& request,
                                                     v1::CompleteResponse& response) {
  const std::shared_ptr<Router> router = router_.Get();
  // A caller in this process may be on a thread that others wait for.
  if (!BeginsAtOnce(*router, request)) co_await OnOwnThread();
  const absl::StatusOr<Request> wanted = ReadRequest(request, recent_);
  if (!wanted.ok()) co_return wanted.status();
  absl::StatusOr<Answer> answer = co_await router->Route(context, *wanted);
  if (!answer.ok()) co_return answer.status();
  response = ToProto(*std::move(answer));
  co_return absl::OkStatus();
}

grpc::ServerWriteReactor<v1::StreamCompleteResponse>* RouterServiceImpl::StreamComplete(
    grpc::CallbackServerContext* call, const v1::StreamCompleteRequest* request) {
  return stream_complete_.Start(call, request);
}

Task<absl::Status> RouterServiceImpl::StreamAnswer(
    const Context& context, const v1::StreamCompleteRequest& request,
    rpc::MessageSink<v1::StreamCompleteResponse>& sink) {
  const std::shared_ptr<Router> router = router_.Get();
  if (!BeginsAtOnce(*router, request.request())) co_await OnOwnThread();
  const absl::StatusOr<Request> wanted = ReadRequest(request.request(), recent_);
  if (!wanted.ok()) co_return wanted.status();
  LiveAnswer live(sink);
  absl::StatusOr<Answer> answer = co_await router->Route(context, *wanted, &live);
  if (!answer.ok()) co_return answer.status();
  live.Complete(ToProto(*std::move(answer)));
  co_return absl::OkStatus();
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
                                                  router_.Get()->Decide(wanted, draft));
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
        ASSIGN_OR_RETURN(const DecisionPage page, router_.Get()->log().List(context, filter));
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
                         router_.Get()->log().Get(context, request->decision_id()));
        *response->mutable_decision() = ToProto(decision);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* RouterServiceImpl::ForgetAnswers(grpc::CallbackServerContext* call,
                                                           const v1::ForgetAnswersRequest* request,
                                                           v1::ForgetAnswersResponse* response) {
  return rpc::UnaryCall::Start(runtime_, call, "throughline.router.v1.RouterService/ForgetAnswers",
                               [=, this](const Context& context) -> absl::Status {
                                 if (request->customer_id().empty()) {
                                   return InvalidField("customer_id", "a customer's id", "send it");
                                 }
                                 RETURN_IF_ERROR(CheckId(request->customer_id(), "customer_id"));
                                 RETURN_IF_ERROR(CheckId(request->call_id(), "call_id"));
                                 ASSIGN_OR_RETURN(
                                     const int64_t decisions,
                                     router_.Get()->log().ForgetAnswers(
                                         context, request->customer_id(), request->call_id()));
                                 response->set_decisions(decisions);
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
                                                  router_.Get()->log().SumSpend(context, query));
                                 *response = ToProto(spend);
                                 return absl::OkStatus();
                               });
}

grpc::ServerUnaryReactor* RouterServiceImpl::ListBudgets(grpc::CallbackServerContext* call,
                                                         const v1::ListBudgetsRequest* request,
                                                         v1::ListBudgetsResponse* response) {
  return rpc::UnaryCall::Start(runtime_, call, "throughline.router.v1.RouterService/ListBudgets",
                               [=, this](const Context& context) -> absl::Status {
                                 RETURN_IF_ERROR(CheckId(request->customer_id(), "customer_id"));
                                 ASSIGN_OR_RETURN(
                                     const std::vector<BudgetState> budgets,
                                     router_.Get()->Budgets(context, request->customer_id()));
                                 for (const BudgetState& state : budgets)
                                   *response->add_budgets() = ToProto(state);
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
                                 const std::shared_ptr<Router> router = router_.Get();
                                 for (const ModelStatus& status : router->Models(task)) {
                                   *response->add_models() = ToProto(status);
                                 }
                                 response->set_policy_version(router->policy().version);
                                 return absl::OkStatus();
                               });
}

grpc::ServerUnaryReactor* RouterServiceImpl::PreviewRetention(
    grpc::CallbackServerContext* call, const v1::PreviewRetentionRequest*,
    v1::PreviewRetentionResponse* response) {
  return rpc::UnaryCall::Start(
      runtime_, call, "throughline.router.v1.RouterService/PreviewRetention",
      [=, this](const Context& context) -> absl::Status {
        ASSIGN_OR_RETURN(const auto previews, sweeper_.PreviewTenant(context));
        retention::Answer(previews, *response);
        return absl::OkStatus();
      });
}

}  // namespace throughline::router
