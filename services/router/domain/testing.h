#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TESTING_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TESTING_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/types.h"

// What the router's tests share: a small call, scripted models, a ledger in memory.
namespace throughline::router {

// 2026-03-04 is a Wednesday.
inline const absl::Time kCallTime =
    absl::FromCivil(absl::CivilDay(2026, 3, 4), absl::UTCTimeZone());

// A short call of Dana (customer) with Sam (seller).
inline extractive::CallInput SmallCall() {
  extractive::CallInput call;
  call.call_id = "call-2";
  call.occurred_at = kCallTime;
  call.customer_name = "Birch Foods";
  call.seller_name = "Acme";
  const std::pair<const char*, const char*> lines[] = {
      {"Sam Ortiz", "Hi Dana, how did the review go?"},
      {"Dana Wells", "The price is too high, forty two thousand is over our budget."},
      {"Sam Ortiz", "I'll send you a revised quote by Friday."},
      {"Dana Wells", "Okay. Priya Nair signs off on anything above $20,000."},
  };
  int32_t index = 0;
  for (const auto& [speaker, words] : lines) {
    call.transcript.turns.push_back({.index = index++, .speaker = speaker, .text = words});
  }
  call.transcript.participants = {
      {.name = "Sam Ortiz", .side = transcript::Side::kSeller},
      {.name = "Dana Wells", .title = "Head of Operations", .side = transcript::Side::kCustomer}};
  call.transcript.occurred_at = kCallTime;
  return call;
}

inline Request AnalyzeRequest() {
  Request request;
  request.task = TaskKind::kAnalyzeCall;
  request.call = SmallCall();
  return request;
}

inline Request GeneralRequest(std::string prompt) {
  Request request;
  request.messages.push_back({.role = Role::kUser, .content = std::move(prompt)});
  return request;
}

// A model's script: what it answers, call by call; the last answer repeats.
class ScriptedProvider final : public ModelProvider {
 public:
  using Script = std::vector<absl::StatusOr<ModelReply>>;

  bool ReadsMessages() const override { return reads_messages; }
  void Answers(const std::string& model, Script script) { scripts_[model] = std::move(script); }
  void SetBreaker(const std::string& model, BreakerState state) { breakers_[model] = state; }
  // Runs before each answer: advances clocks, cancels contexts.
  void OnAsk(std::function<void()> hook) { hook_ = std::move(hook); }

  Task<ModelResult> Ask(const Context&, const ModelCall& call) override { co_return Answer(call); }
  BreakerState Breaker(absl::string_view model) const override {
    const auto found = breakers_.find(std::string(model));
    return found == breakers_.end() ? BreakerState::kClosed : found->second;
  }

  struct Asked {
    std::string model;
    std::string repair_note;
    int max_output_tokens = 0;
  };
  std::vector<Asked> calls;
  bool reads_messages = true;

 private:
  absl::StatusOr<ModelReply> Answer(const ModelCall& call) {
    calls.push_back({.model = call.model->name,
                     .repair_note = call.repair_note,
                     .max_output_tokens = call.max_output_tokens});
    if (hook_) hook_();
    const auto script = scripts_.find(call.model->name);
    if (script == scripts_.end()) {
      return absl::UnavailableError(absl::StrCat(call.model->name, " has no script"));
    }
    size_t& turn = turns_[call.model->name];
    const size_t at = std::min(turn++, script->second.size() - 1);
    return script->second[at];
  }

  std::map<std::string, Script> scripts_;
  std::map<std::string, size_t> turns_;
  std::map<std::string, BreakerState> breakers_;
  std::function<void()> hook_;
};

inline ModelReply Reply(std::string text, int64_t input_tokens = 100, int64_t output_tokens = 50) {
  ModelReply reply;
  reply.text = std::move(text);
  reply.usage = {.input_uncached_tokens = input_tokens, .output_visible_tokens = output_tokens};
  return reply;
}

// Keeps nothing but what was appended, for one tenant.
class MemoryDecisionLog final : public DecisionLog {
 public:
  absl::StatusOr<StoredAnswer> FindAnswer(const Context&, absl::string_view key) override {
    const auto found = answers.find(std::string(key));
    if (found == answers.end()) return absl::NotFoundError("no answer");
    return found->second;
  }
  Task<absl::Status> Append(const Context&, const Answer& answer, absl::string_view key,
                            absl::string_view fingerprint) override {
    if (!append_error.ok()) co_return append_error;
    if (!key.empty()) {
      answers[std::string(key)] = {.answer = answer, .fingerprint = std::string(fingerprint)};
    }
    decisions.push_back(answer.decision);
    co_return absl::OkStatus();
  }
  absl::StatusOr<DecisionPage> List(const Context&, const DecisionFilter&) override {
    return DecisionPage{.decisions = decisions};
  }
  absl::StatusOr<Decision> Get(const Context&, absl::string_view) override {
    return absl::NotFoundError("not kept");
  }
  absl::StatusOr<Spend> SumSpend(const Context&, const SpendQuery&) override { return Spend{}; }
  absl::StatusOr<int64_t> ForgetAnswers(const Context&, absl::string_view,
                                        absl::string_view) override {
    const auto forgotten = static_cast<int64_t>(answers.size());
    answers.clear();
    return forgotten;
  }

  std::vector<Decision> decisions;
  std::map<std::string, StoredAnswer> answers;
  absl::Status append_error;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TESTING_H_
