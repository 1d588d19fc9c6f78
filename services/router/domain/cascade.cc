#include "services/router/domain/cascade.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/router/domain/difficulty.h"
#include "services/router/domain/judge/sources.h"
#include "services/router/domain/names.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

constexpr char kNoModel[] = "NO_MODEL_CONFIGURED";
constexpr char kNoAcceptableAnswer[] = "NO_ACCEPTABLE_ANSWER";

absl::string_view LastUserText(const Request& request) {
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->role == Role::kUser) return message->content;
  }
  return "";
}

int64_t PromptTokens(const Request& request) {
  int64_t bytes = 0;
  for (const Message& message : request.messages) bytes += message.content.size();
  if (const extractive::CallInput* call = request.Call(); call != nullptr && bytes == 0) {
    for (const transcript::Turn& turn : call->transcript.turns) bytes += turn.text.size();
  }
  return EstimateTokens(bytes);
}

// One request on its way through the cascade.
class Routing {
 public:
  Routing(const Context& context, const Request& request, const Policy& policy,
          const Providers& providers, Judge& judge)
      : context_(context),
        request_(request),
        policy_(policy),
        providers_(providers),
        judge_(judge),
        cascade_(policy.CascadeOf(request.task)),
        sources_(request),
        started_(context.clock().Now()) {}

  CascadeResult Finish() {
    decision_.decided_at = started_;
    decision_.task = request_.task;
    decision_.attribution = request_.attribution;
    decision_.threshold = cascade_.threshold;
    decision_.policy_version = policy_.version;
    const absl::string_view question = LastUserText(request_);
    if (request_.task == TaskKind::kGeneral) decision_.difficulty = EstimateDifficulty(question);
    absl::Status status = Plan();
    if (status.ok()) status = Climb();
    if (!status.ok()) {
      decision_.outcome = DecisionOutcome::kFailed;
      decision_.to_model.clear();
      text_.clear();
      if (decision_.explanation.empty()) decision_.explanation = std::string(status.message());
    }
    SumUp();
    return {.status = std::move(status),
            .answer = {.text = std::move(text_), .decision = std::move(decision_)}};
  }

 private:
  struct Outcome {
    bool accepted = false;
    bool gates_passed = false;
    std::string text;
    std::string explanation;
    DecisionReason reason = DecisionReason::kUnspecified;
  };

  // Chooses the models to ask, in order, and why the first ones were passed over.
  absl::Status Plan() {
    if (!request_.model.empty()) return PlanRequestedModel();
    if (cascade_.models.empty()) {
      return WithReason(absl::FailedPreconditionError(absl::StrCat(
                            "task ", Name(request_.task), ": no model is configured for it; add a ",
                            "provider, a model and tasks.", Name(request_.task),
                            ".cascade to the router's configuration")),
                        kNoModel);
    }
    for (const std::string& name : cascade_.models) plan_.push_back(policy_.FindModel(name));
    decision_.from_model = plan_.front()->name;
    if (plan_.size() > 1 && decision_.difficulty >= cascade_.direct_difficulty) {
      plan_.erase(plan_.begin(), plan_.end() - 1);
      PassOver(DecisionReason::kPredictedHard, "The prompt looks too hard for a draft.");
    }
    // The strongest stays even with its breaker open: there is nobody else to ask.
    while (plan_.size() > 1 && BreakerOf(*plan_.front()) == BreakerState::kOpen) {
      PassOver(DecisionReason::kBreakerOpen,
               absl::StrCat(plan_.front()->name, " has failed too often lately."));
      plan_.erase(plan_.begin());
    }
    return absl::OkStatus();
  }

  absl::Status PlanRequestedModel() {
    const Model* model = policy_.FindModel(request_.model);
    if (model == nullptr) {
      return absl::NotFoundError(absl::StrCat(
          "model: \"", request_.model, "\" is not configured; ListModels names those that are"));
    }
    plan_.push_back(model);
    decision_.from_model = model->name;
    PassOver(DecisionReason::kModelRequested, "The request named its model.");
    return absl::OkStatus();
  }

  void PassOver(DecisionReason reason, std::string explanation) {
    passed_over_ = reason;
    passed_over_explanation_ = std::move(explanation);
  }

  BreakerState BreakerOf(const Model& model) const {
    const auto provider = providers_.find(model.provider);
    return provider == providers_.end() ? BreakerState::kOpen
                                        : provider->second->Breaker(model.name);
  }

  // Asks one model after the other until an answer is accepted.
  absl::Status Climb() {
    absl::Status failure;
    for (size_t i = 0; i < plan_.size();) {
      const Model& model = *plan_[i];
      const bool is_last = i + 1 == plan_.size();
      const AttemptRole role =
          decision_.attempts.empty() && passed_over_ == DecisionReason::kUnspecified
              ? AttemptRole::kDraft
              : AttemptRole::kEscalation;
      failure = Ask(model, role, is_last, {});
      if (failure.ok() && !last_.accepted && CanRepair(model)) {
        failure = Ask(model, AttemptRole::kRepair, is_last, last_);
      }
      if (failure.ok() && last_.accepted) {
        Accept(model);
        return absl::OkStatus();
      }
      if (StopsHere(failure)) break;
      // With one attempt left, the strongest model gets it.
      i = AttemptsLeft() == 1 && i + 2 < plan_.size() ? plan_.size() - 1 : i + 1;
      if (AttemptsLeft() == 0) break;
    }
    if (!failure.ok()) return failure;
    decision_.reason = last_.reason;
    decision_.explanation = last_.explanation;
    return WithReason(absl::FailedPreconditionError(
                          absl::StrCat("no model gave an acceptable answer; the last one, ",
                                       decision_.attempts.back().model, ": ", last_.explanation)),
                      kNoAcceptableAnswer);
  }

  int AttemptsLeft() const {
    return cascade_.max_attempts - static_cast<int>(decision_.attempts.size());
  }

  bool CanRepair(const Model& model) const { return model.can_repair && AttemptsLeft() > 0; }

  // A failure that the next model cannot help.
  bool StopsHere(const absl::Status& failure) const {
    return failure.code() == absl::StatusCode::kResourceExhausted || !context_.Check().ok();
  }

  // One model call and its judgement, into `last_` and the decision's attempts. An error is the
  // provider's, the budget's or the context's.
  absl::Status Ask(const Model& model, AttemptRole role, bool is_last, const Outcome& broken) {
    RETURN_IF_ERROR(StillWanted());
    ModelCall call{.model = &model,
                   .request = &request_,
                   .max_output_tokens = request_.max_output_tokens > 0 ? request_.max_output_tokens
                                                                       : model.max_output_tokens};
    if (role == AttemptRole::kRepair) PrepareRepair(broken, call);
    RETURN_IF_ERROR(WithinBudget(model, call.max_output_tokens));
    Attempt attempt{.model = model.name, .provider = model.provider, .role = role};
    const absl::Time asked = context_.clock().Now();
    const absl::StatusOr<ModelReply> reply = Call(model, call);
    attempt.latency = context_.clock().Now() - asked;
    absl::Status failure;
    if (reply.ok()) {
      attempt.usage = reply->usage;
      attempt.cost = PriceOf(reply->usage, model.price);
      JudgeReply(*reply, is_last, attempt);
    } else {
      failure = RecordFailure(reply.status(), attempt);
    }
    spent_ = spent_ + attempt.cost;
    decision_.attempts.push_back(std::move(attempt));
    return failure;
  }

  absl::Status StillWanted() {
    const absl::Status wanted = context_.Check();
    if (!wanted.ok()) {
      decision_.reason = DecisionReason::kDeadline;
      decision_.explanation = "The caller's time was up before a further attempt.";
    }
    return wanted;
  }

  void PrepareRepair(const Outcome& broken, ModelCall& call) const {
    const bool ran_out = broken.reason == DecisionReason::kEmptyOutput ||
                         broken.reason == DecisionReason::kTruncated;
    if (ran_out) {
      call.max_output_tokens *= 2;
      return;
    }
    call.repair_note = broken.explanation;
    call.last_answer = broken.text;
  }

  absl::Status WithinBudget(const Model& model, int max_output_tokens) {
    if (request_.max_cost_nano_usd <= 0) return absl::OkStatus();
    const Cost most = UpperBound(PromptTokens(request_),
                                 int64_t{max_output_tokens} + model.reasoning_tokens, model.price);
    if (!most.unpriced && (spent_ + most).nano_usd <= request_.max_cost_nano_usd) {
      return absl::OkStatus();
    }
    decision_.reason = DecisionReason::kBudgetExhausted;
    decision_.explanation =
        absl::StrCat("max_cost_nano_usd ", request_.max_cost_nano_usd, " does not cover asking ",
                     model.name, most.unpriced ? ", whose price is unknown." : ".");
    return absl::ResourceExhaustedError(
        absl::StrCat(decision_.explanation, " Raise it or leave it out."));
  }

  absl::StatusOr<ModelReply> Call(const Model& model, const ModelCall& call) const {
    const auto provider = providers_.find(model.provider);
    if (provider == providers_.end()) {
      return absl::InternalError(absl::StrCat("provider ", model.provider, " was never made"));
    }
    return provider->second->Ask(context_.WithBudget(model.timeout), call);
  }

  void JudgeReply(const ModelReply& reply, bool is_last, Attempt& attempt) {
    Verdict verdict = judge_.Assess(request_, sources_, reply, cascade_.threshold);
    const bool last_resort = is_last && verdict.gates_passed;
    last_ = {.accepted = verdict.Accepted() || last_resort,
             .gates_passed = verdict.gates_passed,
             .text = reply.text,
             .explanation = verdict.explanation,
             .reason = verdict.reason};
    attempt.outcome = last_.accepted ? AttemptOutcome::kAccepted : AttemptOutcome::kRejected;
    attempt.reason = verdict.reason;
    attempt.checks = std::move(verdict.checks);
    attempt.score = verdict.score;
    attempt.explanation = std::move(verdict.explanation);
    if (decision_.attempts.empty()) decision_.draft_score = verdict.score;
  }

  absl::Status RecordFailure(const absl::Status& error, Attempt& attempt) {
    const absl::Status wanted = context_.Check();
    attempt.outcome = wanted.ok() ? AttemptOutcome::kError : AttemptOutcome::kCancelled;
    attempt.reason = wanted.ok() ? DecisionReason::kProviderError : DecisionReason::kDeadline;
    attempt.explanation = absl::StrCat(attempt.model, " failed: ", error.message());
    last_ = {.explanation = attempt.explanation, .reason = attempt.reason};
    decision_.reason = attempt.reason;
    decision_.explanation = attempt.explanation;
    if (!wanted.ok()) return wanted;
    return absl::UnavailableError(attempt.explanation);
  }

  void Accept(const Model& model) {
    const Attempt& first = decision_.attempts.front();
    const Attempt& used = decision_.attempts.back();
    text_ = std::move(last_.text);
    decision_.to_model = model.name;
    decision_.reason = used.reason;
    decision_.explanation = used.explanation;
    if (decision_.attempts.size() > 1 && first.model != used.model) {
      decision_.outcome = DecisionOutcome::kEscalated;
      decision_.reason = first.reason;
      decision_.explanation = first.explanation;
    } else if (used.role == AttemptRole::kRepair) {
      decision_.outcome = DecisionOutcome::kRepaired;
      decision_.reason = first.reason;
      decision_.explanation = first.explanation;
    } else if (passed_over_ != DecisionReason::kUnspecified) {
      decision_.outcome = DecisionOutcome::kDirect;
      decision_.reason = passed_over_;
      decision_.explanation = passed_over_explanation_;
    } else {
      decision_.outcome = DecisionOutcome::kAccepted;
    }
  }

  void SumUp() {
    absl::Duration asking;
    for (const Attempt& attempt : decision_.attempts) asking += attempt.latency;
    decision_.cost = spent_;
    decision_.latency = context_.clock().Now() - started_;
    decision_.overhead = std::max(decision_.latency - asking, absl::ZeroDuration());
    if (decision_.attempts.empty()) return;
    const Model* strongest = cascade_.models.empty() ? policy_.FindModel(request_.model)
                                                     : policy_.FindModel(cascade_.models.back());
    if (strongest == nullptr) return;
    // What the strongest did do counts; else it is taken to need what the used model needed.
    const auto own =
        std::find_if(decision_.attempts.rbegin(), decision_.attempts.rend(),
                     [&](const Attempt& attempt) { return attempt.model == strongest->name; });
    const Attempt& like = own != decision_.attempts.rend() ? *own : decision_.attempts.back();
    decision_.baseline_cost = PriceOf(like.usage, strongest->price);
  }

  const Context& context_;
  const Request& request_;
  const Policy& policy_;
  const Providers& providers_;
  Judge& judge_;
  const Cascade& cascade_;
  const Sources sources_;
  const absl::Time started_;
  std::vector<const Model*> plan_;
  DecisionReason passed_over_ = DecisionReason::kUnspecified;
  std::string passed_over_explanation_;
  Outcome last_;
  Cost spent_;
  std::string text_;
  Decision decision_;
};

}  // namespace

CascadeResult CascadeRunner::Run(const Context& context, const Request& request) const {
  return Routing(context, request, policy_, providers_, judge_).Finish();
}

}  // namespace throughline::router
