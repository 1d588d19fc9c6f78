#include "services/writer/clients/router_client.h"

#include <utility>

#include "absl/time/time.h"
#include "common/base/task_macros.h"
#include "common/wire/call_work.h"
#include "common/wire/deal.h"

namespace throughline::writer {
namespace {

namespace deal_v1 = throughline::deal::v1;
namespace router_v1 = throughline::router::v1;

// A reasoning model with one escalation.
constexpr absl::Duration kModelBudget = absl::Seconds(40);

}  // namespace

RouterClient::RouterClient(const rpc::Connection& router) : client_(router) {}

Task<absl::StatusOr<grounding::Routed<deal::Email>>> RouterClient::WriteEmail(
    const Context& context, const EmailTask& task, const grounding::ModelPrompt& prompt,
    const DraftOptions& draft) {
  router_v1::CompleteRequest request =
      wire::MakeCompleteRequest(router_v1::TASK_KIND_WRITE_EMAIL, task.call, prompt.contract);
  router_v1::EmailInput& input = *request.mutable_email();
  *input.mutable_call() = wire::ToCallInput(task.call);
  *input.mutable_analysis() = wire::ToProto(task.analysis);
  if (task.profile.version > 0) *input.mutable_profile() = wire::ToProto(task.profile);
  if (draft.by_engine) request.set_model(grounding::kEngineModel);
  input.set_variation(draft.variation);
  if (draft.temperature > 0) request.set_temperature(draft.temperature);
  const rpc::CallOptions options{.callee = "router", .budget = kModelBudget};
  const auto send = [&](const router_v1::CompleteRequest& sent) {
    return client_.Call(context,
                        &router_v1::RouterService::StubInterface::async_interface::Complete, sent,
                        options);
  };
  CO_ASSIGN_OR_RETURN(router_v1::CompleteResponse response,
                      co_await prompt_need_.Complete(context, std::move(request), prompt, send));
  deal_v1::Email answer;
  CO_RETURN_IF_ERROR(wire::TakeAnswer(response, &answer));
  co_return grounding::Routed<deal::Email>{.answer = wire::FromProto(answer),
                                           .decision = wire::FromProto(response.decision())};
}

}  // namespace throughline::writer
