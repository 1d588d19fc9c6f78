#include "services/analyst/clients/router_client.h"

#include "absl/time/time.h"
#include "common/base/task_macros.h"
#include "common/rpc/task_client.h"
#include "common/wire/call_work.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"

namespace throughline::analyst {
namespace {

namespace deal_v1 = throughline::deal::v1;
namespace router_v1 = throughline::router::v1;

// A reasoning model on a long call, with one escalation.
constexpr absl::Duration kModelBudget = absl::Seconds(50);

}  // namespace

RouterClient::RouterClient(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(router_v1::RouterService::NewStub(channel)) {}

Task<absl::StatusOr<router_v1::CompleteResponse>> RouterClient::Complete(
    const Context& context, router_v1::TaskKind task, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt) {
  router_v1::CompleteRequest request = wire::MakeCompleteRequest(task, call, prompt);
  *request.mutable_call() = wire::ToCallInput(call);
  wire::Seal(context.tenant(), request);
  const rpc::CallOptions options{.callee = "router", .budget = kModelBudget};
  co_return co_await rpc::InvokeTask(
      context, *stub_->async(), &router_v1::RouterService::StubInterface::async_interface::Complete,
      request, options);
}

Task<absl::StatusOr<grounding::Routed<deal::Analysis>>> RouterClient::Analyze(
    const Context& context, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt) {
  CO_ASSIGN_OR_RETURN(const router_v1::CompleteResponse response,
                      co_await Complete(context, router_v1::TASK_KIND_ANALYZE_CALL, call, prompt));
  deal_v1::Analysis answer;
  CO_RETURN_IF_ERROR(wire::ParseAnswer(response.text(), &answer));
  co_return grounding::Routed<deal::Analysis>{.answer = wire::FromProto(answer),
                                              .decision = wire::FromProto(response.decision())};
}

Task<absl::StatusOr<grounding::Routed<CallFacts>>> RouterClient::ExtractFacts(
    const Context& context, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt) {
  CO_ASSIGN_OR_RETURN(const router_v1::CompleteResponse response,
                      co_await Complete(context, router_v1::TASK_KIND_EXTRACT_FACTS, call, prompt));
  deal_v1::CallFacts answer;
  CO_RETURN_IF_ERROR(wire::ParseAnswer(response.text(), &answer));
  co_return grounding::Routed<CallFacts>{
      .answer = {.facts = wire::CollectAll(answer.facts()),
                 .profile_changes = wire::FromProto(answer.profile_changes())},
      .decision = wire::FromProto(response.decision())};
}

}  // namespace throughline::analyst
