#include "services/router/domain/cascade.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/alongside.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/router/domain/budget_guard.h"
#include "services/router/domain/difficulty.h"
#include "services/router/domain/judge/sources.h"
#include "services/router/domain/model_span.h"
#include "services/router/domain/names.h"
#include "services/router/domain/planner.h"
#include "services/router/domain/pricing.h"
#include "services/router/domain/reasoning.h"
#include "services/router/domain/shadow.h"

namespace throughline::router {
namespace {

constexpr char kNoAcceptableAnswer[] = "NO_ACCEPTABLE_ANSWER";
constexpr char kProviderLimit[] = "PROVIDER_LIMIT";
// For limits that say nothing of when they end.
constexpr absl::Duration kDefaultRetryAfter = absl::Seconds(5);

// Whether an answer has something to meet before it may be seen.
bool HasContract(const OutputContract& contract) {
  return !contract.json_schema.empty() || !contract.fields.empty() ||
         !contract.forbidden_phrases.empty() || !contract.required_phrases.empty() ||
         contract.max_words > 0 || !contract.language.empty() || contract.ground_numbers;
}

// Whether judging the answer takes so little that the thread at hand may do it.
bool IsShort(const ModelResult& result) {
  constexpr size_t kMostBytes = 32 * 1024;
  return !result.reply.ok() || result.reply->text.size() <= kMostBytes;
}

// Passes text on and remembers that it did.
class LiveText final : public TextSink {
 public:
  explicit LiveText(TextSink* out) : out_(out) {}
  void Send(absl::string_view text) override {
    began_ = true;
    out_->Send(text);
  }
  bool began() const { return began_; }
  explicit operator bool() const { return out_ != nullptr; }

 private:
  TextSink* const out_;
  std::atomic<bool> began_{false};
};

// One request on its way through the cascade.
class Routing {
 public:
  Routing(const Context& context, const Request& request, const Policy& policy,
          const Providers& providers, Judge& judge, const RoutingServices& services, TextSink* live)
      : context_(context),
        request_(request),
        policy_(policy),
        providers_(providers),
        judge_(judge),
        services_(services),
        cascade_(policy.CascadeOf(request.task)),
        budget_(context, request, policy.budgets, services.budgets),
        started_(context.clock().Now()),
        live_(live) {}

  Task<CascadeResult> Finish() {
    if (services_.new_id) decision_.id = services_.new_id();
    decision_.decided_at = started_;
    decision_.task = request_.task;
    decision_.attribution = request_.attribution;
    decision_.threshold = cascade_.threshold;
    decision_.policy_version = policy_.version;
    if (PlansByDifficulty()) ReadRequest();
    absl::Status status = MakePlan();
    if (status.ok()) status = co_await Climb();
    if (status.ok() && WantsShadow()) co_await AskShadow();
    if (!status.ok()) {
      decision_.outcome = DecisionOutcome::kFailed;
      decision_.to_model.clear();
      text_.clear();
      native_ = nullptr;
      ReadRequest();
      if (decision_.explanation.empty()) decision_.explanation = std::string(status.message());
    }
    SumUp();
    CascadeResult result{.status = std::move(status)};
    result.answer.text = std::move(text_);
    result.answer.native = std::move(native_);
    result.answer.decision = std::move(decision_);
    co_return result;
  }

 private:
  struct Outcome {
    bool accepted = false;
    bool gates_passed = false;
    std::string text;
    std::shared_ptr<const NativeAnswer> native;
    std::string explanation;
    DecisionReason reason = DecisionReason::kUnspecified;
  };

  bool PlansByDifficulty() const {
    return cascade_.models.size() > 1 && cascade_.direct_difficulty < kNeverDirect;
  }

  // Reads what an answer is to be held against, once.
  void ReadRequest() {
    if (sources_.has_value()) return;
    sources_.emplace(request_);
    if (const ReadPrompt* question = sources_->question()) {
      decision_.difficulty = question->difficulty;
    }
  }

  // Chooses the models to ask, in order, and why the first ones were passed over.
  absl::Status MakePlan() {
    Outset outset{.difficulty = decision_.difficulty, .prompt_tokens = PromptTokens(request_)};
    if (services_.recent != nullptr) {
      decision_.cascade_dearer = services_.recent->IsDearer(request_.task);
      outset.draft_loses =
          cascade_.skip_losing_drafts && services_.recent->ShouldSkipDraft(request_.task);
    }
    if (services_.drafts != nullptr) {
      outset.draft_delays = cascade_.skip_losing_drafts && services_.drafts->ShouldSkip(request_);
    }
    absl::StatusOr<Plan> made = PlanModels(request_, policy_, providers_, outset);
    if (!made.ok()) return made.status();
    plan_ = std::move(made->models);
    fallbacks_ = std::move(made->fallbacks);
    decision_.from_model = std::move(made->from_model);
    passed_over_ = made->passed_over;
    passed_over_explanation_ = std::move(made->explanation);
    strongest_ = plan_.size() - 1;
    return absl::OkStatus();
  }

  // Asks one model after the other until an answer is accepted.
  Task<absl::Status> Climb() {
    absl::Status failure;
    for (size_t i = 0; i < plan_.size();) {
      const Model& model = *plan_[i];
      const AttemptRole role = asked_ == 0 && passed_over_ == DecisionReason::kUnspecified
                                   ? AttemptRole::kDraft
                                   : AttemptRole::kEscalation;
      failure = co_await Ask(model, role, i == strongest_);
      if (!last_.accepted && !first_trouble_.has_value()) first_trouble_ = last_;
      if (failure.ok() && !last_.accepted && CanRepair(model)) {
        failure = co_await Ask(model, AttemptRole::kRepair, i == strongest_);
      }
      if (failure.ok() && last_.accepted) {
        Accept(model);
        co_return absl::OkStatus();
      }
      if (StopsHere()) break;
      if (!failure.ok() && i == strongest_) AddFallbacks();
      // With one attempt left, the strongest model gets it.
      i = AttemptsLeft() == 1 && i < strongest_ ? strongest_ : i + 1;
      if (AttemptsLeft() == 0) break;
    }
    if (!failure.ok()) co_return failure;
    decision_.reason = last_.reason;
    decision_.explanation = last_.explanation;
    co_return WithReason(absl::FailedPreconditionError(absl::StrCat(
                             "no model gave an acceptable answer; the last one, ",
                             decision_.attempts.back().model, ": ", last_.explanation)),
                         kNoAcceptableAnswer);
  }

  // A model that was passed over for being weak is better than none, if its draft holds.
  void AddFallbacks() {
    plan_.insert(plan_.end(), fallbacks_.begin(), fallbacks_.end());
    fallbacks_.clear();
  }

  int AttemptsLeft() const { return cascade_.max_attempts - asked_; }

  bool CanRepair(const Model& model) const {
    return model.can_repair && AttemptsLeft() > 0 && !live_.began();
  }

  // Nothing that the next model could help: the budget is spent, nobody waits any more, or the
  // caller has seen the beginning of this answer.
  bool StopsHere() const { return out_of_budget_ || live_.began() || !context_.Check().ok(); }

  // One model call and its judgement, into `last_` and the decision's attempts. A repair mends
  // `last_`. An error is the provider's, the budget's or the context's.
  Task<absl::Status> Ask(const Model& model, AttemptRole role, bool is_strongest) {
    absl::Status failure = StillWanted();
    if (!failure.ok()) co_return failure;
    ModelCall call{.model = &model,
                   .request = &request_,
                   .max_output_tokens = request_.max_output_tokens > 0 ? request_.max_output_tokens
                                                                       : model.max_output_tokens,
                   .reasoning_tokens = model.reasoning_tokens,
                   .stream = static_cast<bool>(live_)};
    if (role == AttemptRole::kRepair) PrepareRepair(call);
    if (is_strongest && live_ && !HasContract(request_.contract)) call.live = &live_;
    failure = WithinBudget(call);
    if (!failure.ok()) co_return failure;
    const auto provider = providers_.find(model.provider);
    if (provider == providers_.end()) {
      co_return absl::InternalError(absl::StrCat("provider ", model.provider, " was never made"));
    }
    ++asked_;
    const absl::Time asked_at = context_.clock().Now();
    ModelSpan span(context_, call);
    const Context context = span.context().WithBudget(model.timeout);
    // The request is read while the model works on it.
    const auto read = [this] { ReadRequest(); };
    Alongside<ModelResult> asking(co_await Here(), provider->second->Ask(context, call), read,
                                  &IsShort);
    ModelResult result = co_await asking;
    const absl::Duration taken = context_.clock().Now() - asked_at;
    asking_ += taken;
    RecordUnused(model, role, result.unused);
    if (result.reply.ok()) {
      RecordReply(model, role, *std::move(result.reply), is_strongest, taken);
    } else {
      failure = RecordFailure(model, role, result, taken);
    }
    span.Note(decision_.attempts.back());
    co_return failure;
  }

  // Calls that were paid for beside the one whose reply counts.
  void RecordUnused(const Model& model, AttemptRole role, const std::vector<UnusedCall>& calls) {
    for (const UnusedCall& call : calls) {
      Attempt attempt{.model = model.name,
                      .provider = model.provider,
                      .role = call.is_hedge ? AttemptRole::kHedge : role,
                      .outcome = call.outcome,
                      .reason = call.reason,
                      .usage = call.usage,
                      .cost = PriceOf(call.usage, model.price),
                      .latency = call.latency,
                      .explanation = call.explanation,
                      .empty_cause = call.empty_cause};
      Keep(std::move(attempt));
    }
  }

  void Keep(Attempt attempt) {
    spent_ = spent_ + attempt.cost;
    decision_.attempts.push_back(std::move(attempt));
  }

  absl::Status StillWanted() {
    const absl::Status wanted = context_.Check();
    if (!wanted.ok()) {
      decision_.reason = DecisionReason::kDeadline;
      decision_.explanation = "The caller's time was up before a further attempt.";
    }
    return wanted;
  }

  // An answer that ran out of tokens gets more of them; any other is told what is wrong with it.
  void PrepareRepair(ModelCall& call) const {
    if (last_.reason == DecisionReason::kEmptyOutput ||
        last_.reason == DecisionReason::kTruncated) {
      call.max_output_tokens *= 2;
      call.reasoning_tokens *= 2;
      call.think_less = true;
      return;
    }
    call.repair_note = last_.explanation;
    call.last_answer = last_.text;
  }

  absl::Status WithinBudget(const ModelCall& call) {
    const Cost most =
        UpperBound(PromptTokens(request_), int64_t{call.max_output_tokens} + call.reasoning_tokens,
                   call.model->price);
    const absl::Status admitted = budget_.Admit(*call.model, spent_, most, decision_.id);
    if (admitted.ok()) return admitted;
    out_of_budget_ = true;
    decision_.reason = DecisionReason::kBudgetExhausted;
    decision_.explanation = std::string(admitted.message());
    return admitted;
  }

  // A share of accepted drafts is held against the strongest model's answer, for calibration.
  bool WantsShadow() const {
    return !live_ && decision_.outcome == DecisionOutcome::kAccepted && plan_.size() > 1 &&
           IsSampled(decision_.id, cascade_.shadow_share);
  }

  // Neither its answer nor its failure changes what the caller gets.
  Task<bool> AskShadow() {
    const Model& model = *plan_[strongest_];
    const ModelCall call{.model = &model,
                         .request = &request_,
                         .max_output_tokens = request_.max_output_tokens > 0
                                                  ? request_.max_output_tokens
                                                  : model.max_output_tokens,
                         .reasoning_tokens = model.reasoning_tokens};
    const Cost most =
        UpperBound(PromptTokens(request_), int64_t{call.max_output_tokens} + call.reasoning_tokens,
                   model.price);
    const auto provider = providers_.find(model.provider);
    if (provider == providers_.end() || !budget_.Admit(model, spent_, most, decision_.id).ok()) {
      co_return false;
    }
    const absl::Time asked_at = context_.clock().Now();
    ModelSpan span(context_, call);
    const Context context = span.context().WithBudget(model.timeout);
    ModelResult result = co_await provider->second->Ask(context, call);
    const absl::Duration taken = context_.clock().Now() - asked_at;
    asking_ += taken;
    RecordUnused(model, AttemptRole::kShadow, result.unused);
    if (result.reply.ok()) KeepShadow(model, *result.reply, taken);
    if (result.reply.ok() || !result.unused.empty()) span.Note(decision_.attempts.back());
    co_return result.reply.ok();
  }

  void KeepShadow(const Model& model, const ModelReply& reply, absl::Duration taken) {
    const bool agrees = Agree(text_, reply.text);
    Attempt attempt{.model = model.name,
                    .provider = model.provider,
                    .role = AttemptRole::kShadow,
                    .outcome = AttemptOutcome::kRejected,
                    .reason = agrees ? DecisionReason::kChecksPassed : DecisionReason::kLowScore,
                    .usage = reply.usage,
                    .cost = PriceOf(reply.usage, model.price),
                    .latency = taken,
                    .explanation = "Asked for calibration; its answer is not used."};
    attempt.checks.push_back({.name = kShadowCheck,
                              .result = agrees ? CheckResult::kPassed : CheckResult::kFailed,
                              .explanation = agrees ? "The strongest model says the same."
                                                    : "The strongest model says something else."});
    Keep(std::move(attempt));
  }

  void RecordReply(const Model& model, AttemptRole role, ModelReply reply, bool is_strongest,
                   absl::Duration taken) {
    Attempt attempt{.model = model.name, .provider = model.provider, .role = role};
    attempt.usage = reply.usage;
    attempt.cost = PriceOf(reply.usage, model.price);
    attempt.latency = taken;
    attempt.empty_cause = std::string(EmptyCause(reply));
    attempt.time_to_first_text = reply.time_to_first_text;
    JudgeReply(std::move(reply), is_strongest, attempt);
    Keep(std::move(attempt));
  }

  void JudgeReply(ModelReply reply, bool is_strongest, Attempt& attempt) {
    Verdict verdict = judge_.Assess(request_, *sources_, reply, cascade_.threshold);
    const bool last_resort = is_strongest && verdict.gates_passed;
    if (!judged_) decision_.draft_score = verdict.score;
    judged_ = true;
    last_ = {.accepted = verdict.Accepted() || last_resort,
             .gates_passed = verdict.gates_passed,
             .text = std::move(reply.text),
             .native = std::move(reply.native),
             .explanation = verdict.explanation,
             .reason = verdict.reason};
    attempt.outcome = last_.accepted ? AttemptOutcome::kAccepted : AttemptOutcome::kRejected;
    attempt.reason = verdict.reason;
    attempt.checks = std::move(verdict.checks);
    attempt.score = verdict.score;
    attempt.explanation = std::move(verdict.explanation);
  }

  // The provider's failure as the cascade's own. A failure without a call of its own, of an open
  // breaker say, stands in the record as one without cost.
  absl::Status RecordFailure(const Model& model, AttemptRole role, const ModelResult& result,
                             absl::Duration taken) {
    const absl::Status& error = result.reply.status();
    const absl::Status wanted = context_.Check();
    const std::string explanation = absl::StrCat(model.name, " failed: ", error.message());
    if (result.unused.empty()) {
      Keep({.model = model.name, .provider = model.provider, .role = role, .latency = taken});
      decision_.attempts.back().reason = DecisionReason::kProviderError;
      decision_.attempts.back().explanation = explanation;
    }
    Attempt& attempt = decision_.attempts.back();
    if (!wanted.ok()) {
      attempt.outcome = AttemptOutcome::kCancelled;
      attempt.reason = DecisionReason::kDeadline;
    }
    last_ = {.explanation = explanation, .reason = attempt.reason};
    decision_.reason = attempt.reason;
    decision_.explanation = explanation;
    if (!wanted.ok()) return wanted;
    if (absl::IsResourceExhausted(error)) {
      const absl::Status limited =
          WithReason(absl::ResourceExhaustedError(explanation), kProviderLimit);
      return WithRetryAfter(limited, RetryAfter(error).value_or(kDefaultRetryAfter));
    }
    if (absl::IsInvalidArgument(error)) return absl::InvalidArgumentError(explanation);
    return absl::UnavailableError(explanation);
  }

  void Accept(const Model& model) {
    const Attempt& first = decision_.attempts.front();
    const Attempt& used = decision_.attempts.back();
    text_ = std::move(last_.text);
    native_ = std::move(last_.native);
    decision_.to_model = model.name;
    decision_.reason = used.reason;
    decision_.explanation = used.explanation;
    if (first_trouble_.has_value()) {
      decision_.outcome =
          first.model == used.model ? DecisionOutcome::kRepaired : DecisionOutcome::kEscalated;
      decision_.reason = first_trouble_->reason;
      decision_.explanation = first_trouble_->explanation;
    } else if (passed_over_ != DecisionReason::kUnspecified) {
      decision_.outcome = DecisionOutcome::kDirect;
      decision_.reason = passed_over_;
      decision_.explanation = passed_over_explanation_;
    } else {
      decision_.outcome = DecisionOutcome::kAccepted;
    }
  }

  void SumUp() {
    decision_.cost = spent_;
    decision_.budget_accounts = budget_.charged();
    decision_.latency = context_.clock().Now() - started_;
    decision_.overhead = std::max(decision_.latency - asking_, absl::ZeroDuration());
    if (decision_.attempts.empty()) return;
    // A request that names its model leaves the router nothing to save.
    const bool is_routed = request_.model.empty() && !cascade_.models.empty();
    const Model* strongest = policy_.FindModel(is_routed ? cascade_.models.back() : request_.model);
    if (strongest == nullptr) return;
    // What the strongest did do counts; else it is taken to need what the used model needed.
    const auto own = std::find_if(
        decision_.attempts.rbegin(), decision_.attempts.rend(), [&](const Attempt& attempt) {
          return attempt.model == strongest->name && attempt.usage.OutputTokens() > 0;
        });
    const Attempt& like = own != decision_.attempts.rend() ? *own : decision_.attempts.back();
    decision_.baseline_cost = PriceOf(like.usage, strongest->price);
  }

  const Context& context_;
  const Request& request_;
  const Policy& policy_;
  const Providers& providers_;
  Judge& judge_;
  const RoutingServices& services_;
  const Cascade& cascade_;
  BudgetGuard budget_;
  std::optional<Sources> sources_;  // once the request was read
  const absl::Time started_;
  LiveText live_;
  std::vector<const Model*> plan_;
  size_t strongest_ = 0;                 // its place in plan_; what follows only stands in
  std::vector<const Model*> fallbacks_;  // weaker ones, strongest first, when it cannot be reached
  DecisionReason passed_over_ = DecisionReason::kUnspecified;
  std::string passed_over_explanation_;
  Outcome last_;
  std::optional<Outcome> first_trouble_;  // why the first answer was not used
  int asked_ = 0;
  bool judged_ = false;
  bool out_of_budget_ = false;
  absl::Duration asking_;
  Cost spent_;
  std::string text_;
  std::shared_ptr<const NativeAnswer> native_;  // of text_
  Decision decision_;
};

}  // namespace

Task<CascadeResult> CascadeRunner::Run(const Context& context, const Request& request,
                                       TextSink* live) const {
  Routing routing(context, request, policy_, providers_, judge_, services_, live);
  co_return co_await routing.Finish();
}

}  // namespace throughline::router
