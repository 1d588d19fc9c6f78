#include "services/analyst/clients/router_client.h"

#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/rpc/client_call.h"
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

absl::StatusOr<router_v1::CompleteResponse> RouterClient::Complete(
    const Context& context, router_v1::TaskKind task, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt) {
  router_v1::CompleteRequest request = wire::MakeCompleteRequest(task, call, prompt);
  *request.mutable_call() = wire::ToCallInput(call);
  wire::Seal(context.tenant(), request);
  return rpc::Invoke(context, *stub_, &router_v1::RouterService::StubInterface::Complete, request,
                     {.callee = "router", .budget = kModelBudget});
}

absl::StatusOr<grounding::Routed<deal::Analysis>> RouterClient::Analyze(
    const Context& context, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt) {
  ASSIGN_OR_RETURN(const router_v1::CompleteResponse response,
                   Complete(context, router_v1::TASK_KIND_ANALYZE_CALL, call, prompt));
  deal_v1::Analysis answer;
  RETURN_IF_ERROR(wire::ParseAnswer(response.text(), &answer));
  return grounding::Routed<deal::Analysis>{.answer = wire::FromProto(answer),
                                           .decision = wire::FromProto(response.decision())};
}

absl::StatusOr<grounding::Routed<CallFacts>> RouterClient::ExtractFacts(
    const Context& context, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt) {
  ASSIGN_OR_RETURN(const router_v1::CompleteResponse response,
                   Complete(context, router_v1::TASK_KIND_EXTRACT_FACTS, call, prompt));
  deal_v1::CallFacts answer;
  RETURN_IF_ERROR(wire::ParseAnswer(response.text(), &answer));
  return grounding::Routed<CallFacts>{
      .answer = {.facts = wire::CollectAll(answer.facts()),
                 .profile_changes = wire::FromProto(answer.profile_changes())},
      .decision = wire::FromProto(response.decision())};
}

}  // namespace throughline::analyst
