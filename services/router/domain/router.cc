#include "services/router/domain/router.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/router/domain/difficulty.h"
#include "services/router/domain/judge/sources.h"
#include "services/router/domain/model_span.h"
#include "services/router/domain/names.h"

namespace throughline::router {
namespace {

// Money was spent: the record is kept even when the caller has gone away.
constexpr absl::Duration kRecordBudget = absl::Seconds(10);
// How full budgets are can wait for the next decision.
constexpr absl::Duration kLookBudget = absl::Seconds(1);

absl::Status ValidateRequest(const Request& request) {
  if (request.task == TaskKind::kGeneral) {
    if (request.messages.empty()) {
      return InvalidField("messages", "at least one message", "send the prompt");
    }
    return absl::OkStatus();
  }
  if (request.task == TaskKind::kWriteEmail) {
    if (!request.email.has_value()) {
      return InvalidField("email", "the call and its analysis for task write_email", "set email");
    }
  } else if (!request.call.has_value()) {
    return InvalidField("call", absl::StrCat("the call for task ", Name(request.task)), "set call");
  }
  if (request.Call()->transcript.turns.empty()) {
    return InvalidField("call.transcript.turns", "at least one turn", "send the parsed call");
  }
  return absl::OkStatus();
}

absl::Status PromptNeeded(absl::string_view model) {
  return WithReason(
      InvalidField("messages", absl::StrCat("the prompt, for model \"", model, "\" reads it"),
                   "send it"),
      "PROMPT_NEEDED");
}

// What a request asks first and what it would fall back on.
void NameModels(const Cascade& cascade, Outlook& outlook) {
  if (cascade.models.empty()) return;
  outlook.from_model = cascade.models.front();
  outlook.to_model = outlook.decision == DecisionOutcome::kAccepted ? cascade.models.front()
                                                                    : cascade.models.back();
}

}  // namespace

Router::Router(Policy policy, Providers providers, DecisionLog& log, DecisionObserver& observer,
               RoutingServices services)
    : policy_(std::move(policy)),
      providers_(std::move(providers)),
      log_(log),
      observer_(observer),
      services_(std::move(services)),
      cascade_(policy_, providers_, judge_, services_) {}

Task<absl::StatusOr<Answer>> Router::Route(const Context& context, const Request& request,
                                           TextSink* live) {
  absl::Status status = ValidateRequest(request);
  const bool is_call_task = request.task != TaskKind::kGeneral;
  const std::string reader = is_call_task ? ReaderOfMessages(request) : "";
  if (status.ok() && request.messages.empty() && !reader.empty()) status = PromptNeeded(reader);
  if (status.ok()) status = judge_.Validate(request.contract);
  if (!status.ok()) co_return status;
  absl::StatusOr<Answer> answer = co_await RouteOnce(context, request, live);
  if (answer.ok()) answer->messages_unread = is_call_task && reader.empty();
  co_return answer;
}

Task<absl::StatusOr<Answer>> Router::RouteOnce(const Context& context, const Request& request,
                                               TextSink* live) {
  if (request.idempotency_key.empty()) co_return co_await RunAndRecord(context, request, live);
  InFlightKeys::Hold hold(in_flight_, absl::StrCat(context.tenant(), ":", request.idempotency_key));
  const absl::Status status = co_await hold.Enter(context);
  if (!status.ok()) co_return status;
  absl::StatusOr<std::optional<Answer>> earlier = FindEarlier(context, request);
  if (!earlier.ok()) co_return earlier.status();
  if (earlier->has_value()) co_return **std::move(earlier);
  co_return co_await RunAndRecord(context, request, live);
}

std::string Router::ReaderOfMessages(const Request& request) const {
  const auto reads_messages = [this](const std::string& name) {
    const Model* const model = policy_.FindModel(name);
    const auto provider = model == nullptr ? providers_.end() : providers_.find(model->provider);
    return provider != providers_.end() && provider->second->ReadsMessages();
  };
  std::vector<std::string> models = policy_.CascadeOf(request.task).models;
  if (!request.model.empty()) models = {request.model};
  const auto reader = std::find_if(models.begin(), models.end(), reads_messages);
  return reader == models.end() ? "" : *reader;
}

bool Router::AsksAtOnce(TaskKind task, bool has_key) const {
  // The models of call tasks may work in this process.
  return task == TaskKind::kGeneral && !has_key && policy_.budgets.empty() &&
         policy_.CascadeOf(task).cache_ttl == absl::ZeroDuration();
}

absl::StatusOr<std::optional<Answer>> Router::FindEarlier(const Context& context,
                                                          const Request& request) {
  absl::StatusOr<StoredAnswer> stored = log_.FindAnswer(context, request.idempotency_key);
  if (absl::IsNotFound(stored.status())) return std::nullopt;
  RETURN_IF_ERROR(stored.status());
  if (stored->fingerprint != request.fingerprint) {
    return InvalidField("idempotency_key", "a key not used for a different request",
                        "use a new key or repeat the first request");
  }
  return std::move(stored->answer);
}

Task<absl::StatusOr<Answer>> Router::RunAndRecord(const Context& context, const Request& request,
                                                  TextSink* live) {
  Span span(context, "route", Name(request.task));
  const std::string key = services_.cache == nullptr ? "" : CacheKey(context, request, policy_);
  std::optional<CascadeResult> result;
  if (!key.empty()) result = FromCache(span.context(), request, key);
  if (!result.has_value()) {
    result = co_await cascade_.Run(span.context(), request, live);
    if (!key.empty()) ToCache(span.context(), request, key, *result);
  }
  NoteDecision(result->answer.decision, span);
  co_return co_await Settle(span.context(), request, *std::move(result));
}

std::optional<CascadeResult> Router::FromCache(const Context& context, const Request& request,
                                               const std::string& key) const {
  const absl::Time started = context.clock().Now();
  std::optional<CachedAnswer> cached = services_.cache->Find(context, key);
  if (!cached.has_value()) return std::nullopt;
  CascadeResult result;
  result.answer.text = std::move(cached->text);
  Decision& decision = result.answer.decision;
  decision.id = services_.new_id();
  decision.decided_at = started;
  decision.task = request.task;
  decision.attribution = request.attribution;
  decision.outcome = DecisionOutcome::kCached;
  decision.reason = DecisionReason::kCacheHit;
  decision.explanation = "The same request was answered before.";
  decision.from_model = cached->to_model;
  decision.to_model = std::move(cached->to_model);
  decision.draft_score = cached->draft_score;
  decision.threshold = policy_.CascadeOf(request.task).threshold;
  decision.baseline_cost = cached->baseline_cost;
  decision.latency = context.clock().Now() - started;
  decision.overhead = decision.latency;
  decision.policy_version = policy_.version;
  return result;
}

void Router::ToCache(const Context& context, const Request& request, const std::string& key,
                     const CascadeResult& result) const {
  // An answer that only had to do is worth another try.
  const Decision& decision = result.answer.decision;
  if (!result.status.ok() || decision.attempts.empty() ||
      decision.attempts.back().reason == DecisionReason::kLowScore) {
    return;
  }
  services_.cache->Keep(context, key,
                        {.text = result.answer.text,
                         .to_model = decision.to_model,
                         .draft_score = decision.draft_score,
                         .baseline_cost = decision.baseline_cost},
                        policy_.CascadeOf(request.task).cache_ttl);
}

Task<absl::StatusOr<Answer>> Router::Settle(const Context& context, const Request& request,
                                            CascadeResult result) {
  const absl::Status recorded = co_await Record(context, request, result);
  if (absl::IsAlreadyExists(recorded)) {
    // Another replica was faster with the same key: its answer is the answer.
    absl::StatusOr<std::optional<Answer>> earlier = FindEarlier(context, request);
    if (!earlier.ok()) co_return earlier.status();
    if (earlier->has_value()) co_return **std::move(earlier);
  }
  if (!recorded.ok()) co_return recorded;
  Report(context, request, result.answer.decision);
  if (!result.status.ok()) co_return result.status;
  co_return std::move(result.answer);
}

void Router::Report(const Context& context, const Request& request, const Decision& decision) {
  if (services_.recent != nullptr) services_.recent->Observe(decision);
  if (services_.drafts != nullptr) services_.drafts->Observe(request, decision);
  observer_.OnDecision(context, decision);
  ReportBudgets(context, request);
  for (const Attempt& attempt : decision.attempts) {
    const auto provider = providers_.find(attempt.provider);
    if (provider == providers_.end()) continue;
    observer_.OnBreaker(attempt.provider, attempt.model, provider->second->Breaker(attempt.model));
  }
}

void Router::ReportBudgets(const Context& context, const Request& request) {
  if (services_.budgets == nullptr || policy_.budgets.empty()) return;
  const Context reading = context.Detached(kLookBudget);
  const std::vector<BudgetAccount> accounts =
      AccountsOf(policy_.budgets, context.tenant(), request.attribution, context.clock().Now());
  if (accounts.empty()) return;
  const absl::StatusOr<std::vector<BudgetState>> states =
      services_.budgets->States(reading, accounts);
  if (states.ok()) observer_.OnBudgets(context, *states);
}

Task<absl::Status> Router::Record(const Context& context, const Request& request,
                                  const CascadeResult& result) {
  const Context recording = context.Detached(kRecordBudget);
  // A failed request may be repeated under its key, so only an answer takes the key.
  const absl::string_view key =
      result.status.ok() ? absl::string_view(request.idempotency_key) : "";
  co_return co_await log_.Append(recording, result.answer, key, request.fingerprint);
}

absl::StatusOr<Outlook> Router::Decide(const Request& request,
                                       const std::optional<std::string>& draft) {
  if (request.messages.empty()) {
    return InvalidField("messages", "at least one message", "send the prompt");
  }
  RETURN_IF_ERROR(judge_.Validate(request.contract));
  const Cascade& cascade = policy_.CascadeOf(request.task);
  Outlook outlook{.difficulty = ReadPrompt(request.messages.back().content).difficulty,
                  .threshold = cascade.threshold};
  if (draft.has_value()) {
    const ModelReply reply{.text = *draft};
    Verdict verdict = judge_.Assess(request, Sources(request), reply, cascade.threshold);
    outlook.draft_score = verdict.score;
    outlook.decision =
        verdict.Accepted() ? DecisionOutcome::kAccepted : DecisionOutcome::kEscalated;
    outlook.reason = verdict.reason;
    outlook.explanation = std::move(verdict.explanation);
    outlook.checks = std::move(verdict.checks);
  } else if (cascade.models.size() == 1) {
    outlook.reason = DecisionReason::kSingleModel;
    outlook.explanation = "The cascade has one model only.";
  } else if (outlook.difficulty >= cascade.direct_difficulty) {
    outlook.decision = DecisionOutcome::kDirect;
    outlook.reason = DecisionReason::kPredictedHard;
    outlook.explanation = "The prompt looks too hard for a draft.";
  } else {
    outlook.reason = DecisionReason::kChecksPassed;
    outlook.explanation = "Nothing speaks against a draft.";
  }
  NameModels(cascade, outlook);
  return outlook;
}

absl::StatusOr<std::vector<BudgetState>> Router::Budgets(const Context& context,
                                                         const std::string& customer_id) {
  if (services_.budgets == nullptr) return std::vector<BudgetState>();
  return services_.budgets->States(
      context, AccountsOf(policy_.budgets, context.tenant(), {.customer_id = customer_id},
                          context.clock().Now()));
}

std::vector<ModelStatus> Router::Models(std::optional<TaskKind> task) const {
  std::vector<ModelStatus> models;
  const auto add = [&](const Model& model) {
    ModelStatus status{.model = model, .threshold = kDefaultThreshold};
    for (const auto& [kind, cascade] : policy_.cascades) {
      const auto& names = cascade.models;
      if (std::find(names.begin(), names.end(), model.name) == names.end()) continue;
      if (status.tasks.empty() || task == kind) status.threshold = cascade.threshold;
      status.tasks.push_back(kind);
    }
    const auto provider = providers_.find(model.provider);
    if (provider != providers_.end()) {
      status.breaker = provider->second->Breaker(model.name);
      status.load = provider->second->Load(model.name);
    }
    models.push_back(std::move(status));
  };
  if (!task.has_value()) {
    for (const Model& model : policy_.models) add(model);
    return models;
  }
  for (const std::string& name : policy_.CascadeOf(*task).models) add(*policy_.FindModel(name));
  return models;
}

}  // namespace throughline::router
