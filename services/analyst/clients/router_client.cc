#include "services/analyst/clients/router_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/task_macros.h"
#include "common/wire/call_work.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"

namespace throughline::analyst {
namespace {

namespace deal_v1 = throughline::deal::v1;
namespace router_v1 = throughline::router::v1;

// A reasoning model on a long call, with one escalation.
constexpr absl::Duration kModelBudget = absl::Seconds(50);
// The models of a configuration, which seldom changes.
constexpr absl::Duration kModelsBudget = absl::Seconds(1);
constexpr absl::Duration kModelsLifetime = absl::Minutes(1);

bool IsEngine(const router_v1::Model& model) {
  return absl::StartsWith(model.name(), grounding::kEnginePrefix);
}

bool IsFor(const router_v1::Model& model, router_v1::TaskKind task) {
  return std::find(model.tasks().begin(), model.tasks().end(), task) != model.tasks().end();
}

// A model whose context is not known is taken to have room.
ModelRoom RoomiestFor(router_v1::TaskKind task, const router_v1::ListModelsResponse& models) {
  ModelRoom roomiest;
  for (const router_v1::Model& model : models.models()) {
    if (!IsFor(model, task)) continue;
    if (model.context_tokens() == 0 || IsEngine(model)) return {};
    if (model.context_tokens() <= roomiest.context_tokens) continue;
    // An answer never needs more than half: a configuration may allow more than fits.
    roomiest = {.context_tokens = model.context_tokens(),
                .answer_tokens = std::min(model.max_output_tokens(), model.context_tokens() / 2)};
  }
  return roomiest;
}

}  // namespace

RouterClient::RouterClient(const rpc::Connection& router) : client_(router) {}

Task<absl::StatusOr<router_v1::CompleteResponse>> RouterClient::Complete(
    const Context& context, router_v1::TaskKind task, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt, Reader reader) {
  if (reader == Reader::kEngine) {
    // Asked all the same, the router would keep a record of a request that failed.
    const Models models = co_await KnownModels(context);
    if (!models.has_engine) co_return absl::NotFoundError("the engine is not configured");
  }
  router_v1::CompleteRequest request = wire::MakeCompleteRequest(task, call, prompt.contract);
  *request.mutable_call() = wire::ToCallInput(call);
  if (reader == Reader::kEngine) request.set_model(grounding::kEngineModel);
  const rpc::CallOptions options{.callee = "router", .budget = kModelBudget};
  const auto send = [&](const router_v1::CompleteRequest& sent) {
    return client_.Call(context,
                        &router_v1::RouterService::StubInterface::async_interface::Complete, sent,
                        options);
  };
  co_return co_await prompt_need_.Complete(context, std::move(request), prompt, send);
}

Task<absl::StatusOr<grounding::Routed<deal::Analysis>>> RouterClient::Analyze(
    const Context& context, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt, Reader reader) {
  CO_ASSIGN_OR_RETURN(
      router_v1::CompleteResponse response,
      co_await Complete(context, router_v1::TASK_KIND_ANALYZE_CALL, call, prompt, reader));
  deal_v1::Analysis answer;
  CO_RETURN_IF_ERROR(wire::TakeAnswer(response, &answer));
  co_return grounding::Routed<deal::Analysis>{.answer = wire::FromProto(answer),
                                              .decision = wire::FromProto(response.decision())};
}

Task<absl::StatusOr<grounding::Routed<CallFacts>>> RouterClient::ExtractFacts(
    const Context& context, const grounding::CallContext& call,
    const grounding::ModelPrompt& prompt, Reader reader) {
  CO_ASSIGN_OR_RETURN(
      router_v1::CompleteResponse response,
      co_await Complete(context, router_v1::TASK_KIND_EXTRACT_FACTS, call, prompt, reader));
  deal_v1::CallFacts answer;
  CO_RETURN_IF_ERROR(wire::TakeAnswer(response, &answer));
  co_return grounding::Routed<CallFacts>{
      .answer = {.facts = wire::CollectAll(answer.facts()),
                 .profile_changes = wire::FromProto(answer.profile_changes())},
      .decision = wire::FromProto(response.decision())};
}

Task<RouterClient::Models> RouterClient::KnownModels(const Context& context) {
  {
    absl::MutexLock lock(&mutex_);
    if (context.clock().Now() < models_.known_at + kModelsLifetime) co_return models_;
  }
  const router_v1::ListModelsRequest request;
  const rpc::CallOptions options{.callee = "router", .budget = kModelsBudget};
  const absl::StatusOr<router_v1::ListModelsResponse> listed = co_await client_.Call(
      context, &router_v1::RouterService::StubInterface::async_interface::ListModels, request,
      options);
  if (!listed.ok()) co_return Models();
  Models models{.analysis = RoomiestFor(router_v1::TASK_KIND_ANALYZE_CALL, *listed),
                .facts = RoomiestFor(router_v1::TASK_KIND_EXTRACT_FACTS, *listed),
                .known_at = context.clock().Now()};
  for (const router_v1::Model& model : listed->models()) {
    models.has_engine |= model.name() == grounding::kEngineModel;
  }
  absl::MutexLock lock(&mutex_);
  models_ = models;
  co_return models;
}

Task<ModelRoom> RouterClient::RoomFor(const Context& context, Question question) {
  const Models models = co_await KnownModels(context);
  co_return question == Question::kAnalysis ? models.analysis : models.facts;
}

}  // namespace throughline::analyst
