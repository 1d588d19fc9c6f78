#include "services/router/domain/planner.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/router/domain/names.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

constexpr char kNoModel[] = "NO_MODEL_CONFIGURED";
constexpr char kContextExceeded[] = "CONTEXT_EXCEEDED";

std::vector<Capability> Needs(const Request& request) {
  std::vector<Capability> needs = request.required_capabilities;
  if (!request.contract.json_schema.empty()) needs.push_back(Capability::kJson);
  return needs;
}

bool CanDo(const Model& model, const std::vector<Capability>& needs) {
  return std::all_of(needs.begin(), needs.end(), [&](Capability need) {
    const auto& has = model.capabilities;
    return std::find(has.begin(), has.end(), need) != has.end();
  });
}

int64_t AnswerTokens(const Model& model, const Request& request) {
  return int64_t{request.max_output_tokens > 0 ? request.max_output_tokens
                                               : model.max_output_tokens} +
         model.reasoning_tokens;
}

// The prompt must fit; how much of the answer does is the model's to say.
bool HasRoom(const Model& model, int64_t prompt_tokens) {
  return model.context_tokens == 0 || prompt_tokens < model.context_tokens;
}

Cost Most(const Model& model, const Request& request, int64_t prompt_tokens) {
  return UpperBound(prompt_tokens, AnswerTokens(model, request), model.price);
}

// Builds the plan step by step; each step may pass over the models in front.
class Planning {
 public:
  Planning(const Request& request, const Policy& policy, const Providers& providers,
           const Outset& outset)
      : request_(request),
        policy_(policy),
        providers_(providers),
        cascade_(policy.CascadeOf(request.task)),
        outset_(outset) {}

  absl::StatusOr<Plan> Run() {
    if (!request_.model.empty()) return RequestedModel();
    if (cascade_.models.empty()) {
      return WithReason(absl::FailedPreconditionError(absl::StrCat(
                            "task ", Name(request_.task), ": no model is configured for it; add a ",
                            "provider, a model and tasks.", Name(request_.task),
                            ".cascade to the router's configuration")),
                        kNoModel);
    }
    for (const std::string& name : cascade_.models) plan_.models.push_back(policy_.FindModel(name));
    plan_.from_model = plan_.models.front()->name;
    RETURN_IF_ERROR(KeepTheAble());
    SkipWastedDrafts();
    // The strongest stays even with its breaker open: there is nobody else to ask.
    while (plan_.models.size() > 1 && IsBroken(*plan_.models.front())) {
      PassOver(DecisionReason::kBreakerOpen,
               absl::StrCat(plan_.models.front()->name, " has failed too often lately."));
      plan_.models.erase(plan_.models.begin());
    }
    return std::move(plan_);
  }

 private:
  absl::StatusOr<Plan> RequestedModel() {
    const Model* model = policy_.FindModel(request_.model);
    if (model == nullptr) {
      return absl::NotFoundError(absl::StrCat(
          "model: \"", request_.model, "\" is not configured; ListModels names those that are"));
    }
    plan_.models.push_back(model);
    plan_.from_model = model->name;
    PassOver(DecisionReason::kModelRequested, "The request named its model.");
    RETURN_IF_ERROR(KeepTheAble());
    return std::move(plan_);
  }

  void PassOver(DecisionReason reason, std::string explanation) {
    plan_.passed_over = reason;
    plan_.explanation = std::move(explanation);
  }

  // Leaves out models that cannot do what is needed or cannot hold the prompt.
  absl::Status KeepTheAble() {
    const std::vector<Capability> needs = Needs(request_);
    const Model* first = plan_.models.front();
    std::vector<const Model*> able;
    std::copy_if(plan_.models.begin(), plan_.models.end(), std::back_inserter(able),
                 [&](const Model* model) { return CanDo(*model, needs); });
    if (able.empty()) {
      return WithReason(
          absl::FailedPreconditionError(absl::StrCat(
              "required_capabilities: no model of ",
              request_.model.empty() ? "the cascade" : "this name",
              " has them; add one that does, or its capabilities, to the configuration")),
          kNoModel);
    }
    std::vector<const Model*> roomy;
    int longest = 0;
    for (const Model* model : able) {
      longest = std::max(longest, model->context_tokens);
      if (HasRoom(*model, outset_.prompt_tokens)) roomy.push_back(model);
    }
    if (roomy.empty()) {
      return WithReason(
          InvalidField("messages",
                       absl::StrCat("at most ", longest,
                                    " tokens, the longest context configured, "
                                    "and about ",
                                    outset_.prompt_tokens, " were sent"),
                       "shorten the prompt or configure a model with a longer context"),
          kContextExceeded);
    }
    if (roomy.front() != first) {
      const char* lacks =
          CanDo(*first, needs) ? " cannot hold the prompt." : " lacks a capability.";
      PassOver(DecisionReason::kCapabilityMissing, absl::StrCat(first->name, lacks));
    }
    plan_.models = std::move(roomy);
    return absl::OkStatus();
  }

  void SkipWastedDrafts() {
    if (plan_.models.size() == 1) return;
    if (outset_.difficulty >= cascade_.direct_difficulty) {
      GoDirect(DecisionReason::kPredictedHard, "The prompt looks too hard for a draft.");
    } else if (BudgetCoversOnlyOne()) {
      GoDirect(DecisionReason::kBudgetExhausted,
               "The request's budget covers the strongest model or a draft, not both.");
    } else if (outset_.draft_loses) {
      GoDirect(DecisionReason::kDraftUnprofitable,
               "Drafts of this task have cost more than they saved, of late.");
    } else if (outset_.draft_delays) {
      GoDirect(DecisionReason::kDraftUnprofitable,
               request_.GoesOn()
                   ? "Drafts for calls that go on from known blockers have taken more time than "
                     "they saved, of late."
                   : "Drafts of this task have taken more time than they saved, of late.");
    }
  }

  void GoDirect(DecisionReason reason, std::string explanation) {
    plan_.fallbacks.assign(plan_.models.rbegin() + 1, plan_.models.rend());
    plan_.models.erase(plan_.models.begin(), plan_.models.end() - 1);
    PassOver(reason, std::move(explanation));
  }

  bool BudgetCoversOnlyOne() const {
    if (request_.max_cost_nano_usd <= 0) return false;
    const Cost draft = Most(*plan_.models.front(), request_, outset_.prompt_tokens);
    const Cost strongest = Most(*plan_.models.back(), request_, outset_.prompt_tokens);
    return !strongest.unpriced && strongest.nano_usd <= request_.max_cost_nano_usd &&
           (draft + strongest).nano_usd > request_.max_cost_nano_usd;
  }

  bool IsBroken(const Model& model) const {
    const auto provider = providers_.find(model.provider);
    return provider == providers_.end() ||
           provider->second->Breaker(model.name) == BreakerState::kOpen;
  }

  const Request& request_;
  const Policy& policy_;
  const Providers& providers_;
  const Cascade& cascade_;
  const Outset& outset_;
  Plan plan_;
};

}  // namespace

int64_t PromptTokens(const Request& request) {
  int64_t bytes = 0;
  for (const Message& message : request.messages) bytes += message.content.size();
  if (const extractive::CallInput* call = request.Call(); call != nullptr && bytes == 0) {
    for (const transcript::Turn& turn : call->transcript.turns) bytes += turn.text.size();
  }
  return EstimateTokens(bytes);
}

absl::StatusOr<Plan> PlanModels(const Request& request, const Policy& policy,
                                const Providers& providers, const Outset& outset) {
  return Planning(request, policy, providers, outset).Run();
}

}  // namespace throughline::router
