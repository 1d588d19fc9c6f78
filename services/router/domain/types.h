#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TYPES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TYPES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/engine.h"

// The words of routing: what is asked, what an answer must satisfy, how it was decided. Plain
// values; the numbers of the enumerations are those of throughline.router.v1.
namespace throughline::router {

class CallSources;

enum class TaskKind { kGeneral = 1, kAnalyzeCall = 2, kExtractFacts = 3, kWriteEmail = 4 };
inline constexpr TaskKind kAllTasks[] = {TaskKind::kGeneral, TaskKind::kAnalyzeCall,
                                         TaskKind::kExtractFacts, TaskKind::kWriteEmail};

enum class Role { kSystem = 1, kUser = 2, kAssistant = 3 };

enum class DecisionOutcome {
  kAccepted = 1,
  kRepaired = 2,
  kEscalated = 3,
  kDirect = 4,
  kCached = 5,
  kFailed = 6,
};

enum class DecisionReason {
  kUnspecified = 0,
  kChecksPassed = 1,
  kEmptyOutput = 2,
  kTruncated = 3,
  kRefusal = 4,
  kSchemaViolation = 5,
  kUngroundedQuote = 6,
  kUngroundedNumber = 7,
  kUngroundedName = 8,
  kKnownStateConflict = 9,
  kLeakedReasoning = 10,
  kStyleViolation = 11,
  kLowScore = 12,
  kPredictedHard = 13,
  kCapabilityMissing = 14,
  kBreakerOpen = 15,
  kProviderError = 16,
  kBudgetExhausted = 17,
  kModelRequested = 18,
  kSingleModel = 19,
  kDeadline = 20,
  kCacheHit = 21,
  kDraftUnprofitable = 22,
};

enum class AttemptRole { kDraft = 1, kRepair = 2, kEscalation = 3, kShadow = 4, kHedge = 5 };
enum class AttemptOutcome { kAccepted = 1, kRejected = 2, kError = 3, kCancelled = 4 };
enum class CheckResult { kPassed = 1, kFailed = 2, kSkipped = 3 };
enum class FieldRule { kQuote = 1, kName = 2, kNumber = 3 };
enum class SpendGroup {
  kTotal = 0,
  kModel = 1,
  kTask = 2,
  kCustomer = 3,
  kDay = 4,
  kTenant = 5,
  kReason = 6,
  kOutcome = 7,
};
enum class Capability { kJson = 1, kTools = 2 };
enum class BreakerState { kClosed = 1, kOpen = 2, kHalfOpen = 3 };

// Money, exactly. `unpriced` when a price was missing: then nano_usd is a lower bound.
struct Cost {
  int64_t nano_usd = 0;
  bool unpriced = false;
};

// Tokens of one model call; the parts are disjoint.
struct Usage {
  int64_t input_uncached_tokens = 0;
  int64_t input_cached_tokens = 0;
  int64_t output_visible_tokens = 0;
  int64_t output_reasoning_tokens = 0;
  bool estimated = false;  // the provider gave no counts

  int64_t InputTokens() const { return input_uncached_tokens + input_cached_tokens; }
  int64_t OutputTokens() const { return output_visible_tokens + output_reasoning_tokens; }
};

struct Message {
  Role role = Role::kUser;
  std::string content;
};

// A rule for every string at one place of a JSON answer: keys joined by dots, "[]" after a list.
struct FieldConstraint {
  std::string path;
  FieldRule rule = FieldRule::kQuote;
};

// What an answer must satisfy to be used. Every part is optional.
struct OutputContract {
  std::string json_schema;  // draft 7; empty for plain text
  std::vector<std::string> sources;
  std::vector<FieldConstraint> fields;
  std::vector<std::string> forbidden_phrases;
  std::vector<std::string> required_phrases;  // "|" separates alternatives
  int max_words = 0;                          // 0: no limit
  std::string language;                       // ISO 639-1; empty: any
  bool ground_numbers = false;
};

struct Attribution {
  std::string customer_id;
  std::string call_id;
};

// One request for an answer, validated.
struct Request {
  TaskKind task = TaskKind::kGeneral;
  std::vector<Message> messages;
  std::optional<extractive::CallInput> call;    // for kAnalyzeCall and kExtractFacts
  std::optional<extractive::EmailInput> email;  // for kWriteEmail
  std::string call_digest;  // of `call`: what follows from it may be shared; empty: never shared
  std::shared_ptr<const CallSources> call_sources;  // of Call(), for all who ask about it; or null
  OutputContract contract;
  Attribution attribution;
  std::string idempotency_key;        // empty: never matched
  std::string fingerprint;            // digest of the whole request; tells reuse of a key apart
  int max_output_tokens = 0;          // visible; 0: the model's default
  std::optional<double> temperature;  // unset: the model's default
  std::string model;                  // answer with this model only; empty: use the cascade
  int64_t max_cost_nano_usd = 0;      // 0: no limit of its own
  std::vector<Capability> required_capabilities;  // beside those that the contract implies

  // The call behind a call task; nullptr for a general prompt.
  const extractive::CallInput* Call() const {
    if (call.has_value()) return &*call;
    return email.has_value() ? &email->call : nullptr;
  }
  // Whether the call goes on from blockers that were known before it.
  bool GoesOn() const { return Call() != nullptr && !Call()->known.blockers.empty(); }
};

// One check on an answer. `name` is one of the literals in judge/judge.h.
struct Check {
  std::string name;
  CheckResult result = CheckResult::kSkipped;
  std::string explanation;  // what was found; never the answer's text at length
};

// One model call.
struct Attempt {
  std::string model;
  std::string provider;
  AttemptRole role = AttemptRole::kDraft;
  AttemptOutcome outcome = AttemptOutcome::kError;
  DecisionReason reason = DecisionReason::kUnspecified;
  std::vector<Check> checks;
  double score = 0;  // 0 to 1; 0 when a gate failed
  Usage usage;
  Cost cost;
  absl::Duration latency;
  std::string explanation;
  std::string empty_cause;  // one of kEmptyCauses; empty when usable text came
  std::optional<absl::Duration> time_to_first_text;  // of a streamed call that gave text
};

// The record of one routed request.
struct Decision {
  std::string id;
  absl::Time decided_at;
  TaskKind task = TaskKind::kGeneral;
  Attribution attribution;
  DecisionOutcome outcome = DecisionOutcome::kFailed;
  DecisionReason reason = DecisionReason::kUnspecified;
  std::string explanation;
  std::string from_model;  // the first model considered
  std::string to_model;    // the model whose answer was used; empty when the request failed
  double draft_score = 0;  // of the first draft
  double threshold = 0;
  double difficulty = 0;
  std::vector<Attempt> attempts;
  Cost cost;
  Cost baseline_cost;  // had the cascade's strongest model answered alone
  absl::Duration latency;
  absl::Duration overhead;  // latency without the providers' time
  std::string policy_version;
  bool cascade_dearer = false;  // of late, this task's cascade cost more than its strongest alone
  std::vector<std::string> budget_accounts;  // keys of the accounts that its cost is charged to
};

// An accepted answer.
// An answer in the form that its model made it in. Nobody in the domain looks into it.
struct NativeAnswer {
  virtual ~NativeAnswer() = default;
};

struct Answer {
  std::string text;
  // What `text` says; null: the model wrote text alone, or the answer was kept from before.
  std::shared_ptr<const NativeAnswer> native;
  Decision decision;
  bool messages_unread = false;  // by any model configured for the work
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TYPES_H_
