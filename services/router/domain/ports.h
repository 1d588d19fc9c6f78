#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_PORTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_PORTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/types.h"

// What routing needs from the world: models to ask, and a log that keeps what was decided.
namespace throughline::router {

// How a model ended its answer.
enum class FinishReason {
  kStop,
  kLength,         // hit the token limit
  kContentFilter,  // withheld by the provider
  kCut,            // the connection ended before the answer did
};

// Where the visible text of an answer goes while its model still writes. Thread-safe; Send never
// blocks.
class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void Send(absl::string_view text) = 0;
};

struct ModelCall {
  const Model* model = nullptr;
  const Request* request = nullptr;
  std::string repair_note;    // which rule the last answer broke; empty on a first try
  std::string last_answer;    // the answer to repair; empty on a first try
  int max_output_tokens = 0;  // visible tokens
  int reasoning_tokens = 0;   // on top, for models that think first
  bool think_less = false;    // the last answer ended in thinking: ask for less effort
  bool stream = false;        // ask for the answer in pieces: failures show early
  TextSink* live = nullptr;   // with `stream`: gets the text at once; borrowed
};

struct ModelReply {
  std::string text;  // with reasoning stripped; what `live` got, when there is one
  std::shared_ptr<const NativeAnswer> native;  // what `text` says; null: it is text alone
  FinishReason finish = FinishReason::kStop;
  bool unclosed_reasoning = false;  // the answer ended while the model was still thinking
  bool stripped_reasoning = false;  // reasoning stood in the text
  Usage usage;
  std::optional<absl::Duration> time_to_first_text;  // when streamed
};

// A model call whose answer is not used: it failed and was tried again, or another was faster. On
// the bill all the same.
struct UnusedCall {
  bool is_hedge = false;
  AttemptOutcome outcome = AttemptOutcome::kError;
  DecisionReason reason = DecisionReason::kProviderError;
  Usage usage;
  absl::Duration latency;
  std::string explanation;
  std::string empty_cause;  // one of kEmptyCauses or empty
};

// What came of asking: the reply or the last failure, and every call that the reply did not come
// from, in order; with a failure, the failed calls themselves.
struct ModelResult {
  ModelResult(absl::Status failure) : reply(std::move(failure)) {}            // NOLINT: from either
  ModelResult(ModelReply answer) : reply(std::move(answer)) {}                // NOLINT
  ModelResult(absl::StatusOr<ModelReply> ended) : reply(std::move(ended)) {}  // NOLINT

  absl::StatusOr<ModelReply> reply;
  std::vector<UnusedCall> unused;
};

// What a provider has under way for one model.
struct ModelLoad {
  int in_flight = 0;
  int queued = 0;  // for one of its limits
};

// Asks models of one provider. Implementations are thread-safe and honour the context's deadline
// and cancellation.
class ModelProvider {
 public:
  virtual ~ModelProvider() = default;

  // Errors of the reply: UNAVAILABLE when the provider fails or the breaker is open,
  // RESOURCE_EXHAUSTED with a time to retry when a rate limit is used up, FAILED_PRECONDITION for
  // keys, accounts and models that are gone, INVALID_ARGUMENT when the request cannot be put to
  // this model. Once `live` got text, nothing is tried again. Holds no thread while it waits.
  virtual Task<ModelResult> Ask(const Context& context, const ModelCall& call) = 0;

  // kOpen: do not ask `model` now.
  virtual BreakerState Breaker(absl::string_view model) const = 0;

  virtual ModelLoad Load(absl::string_view) const { return {}; }

  // False: its models read the typed input of call tasks, and no messages.
  virtual bool ReadsMessages() const { return true; }
};

// By the provider's name in the configuration; borrowed.
using Providers = std::map<std::string, ModelProvider*>;

struct DecisionFilter {
  std::string customer_id;       // empty: all
  std::string call_id;           // empty: all
  std::optional<TaskKind> task;  // unset: all
  absl::Time since = absl::InfinitePast();
  int page_size = 50;
  std::string page_token;  // empty: first page
};

struct DecisionPage {
  std::vector<Decision> decisions;  // newest first
  std::string next_page_token;      // empty on the last page
};

struct SpendQuery {
  SpendGroup group_by = SpendGroup::kTotal;
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
  std::string customer_id;  // empty: all
};

struct SpendRow {
  std::string key;
  int64_t model_calls = 0;
  int64_t unused_model_calls = 0;
  int64_t unpriced_model_calls = 0;
  Cost cost;
  std::optional<Cost> baseline_cost;  // unset where the group is one of model calls
  Usage usage;
};

// Whether drafting first pays for one task: what its answered requests cost, and what the strongest
// model alone would have.
struct CascadeEconomics {
  TaskKind task = TaskKind::kGeneral;
  int64_t decisions = 0;
  int64_t escalated = 0;
  Cost cost;
  Cost baseline_cost;
  int64_t median_nano_usd = 0;  // what half of the requests cost at most
  int64_t p95_nano_usd = 0;     // what 95 of 100 do

  bool Dearer() const { return cost.nano_usd > baseline_cost.nano_usd; }
};

struct Spend {
  std::vector<SpendRow> rows;  // dearest first
  SpendRow total;
  std::vector<CascadeEconomics> economics;  // of tasks with decisions, in order
};

// A stored answer and the request it belongs to.
struct StoredAnswer {
  Answer answer;
  std::string fingerprint;
};

// The durable record of decisions and model calls: the ledger. Everything is per tenant of the
// context. Thread-safe.
class DecisionLog {
 public:
  virtual ~DecisionLog() = default;

  // The answer given under this key; NOT_FOUND when there is none.
  virtual absl::StatusOr<StoredAnswer> FindAnswer(const Context& context,
                                                  absl::string_view idempotency_key) = 0;
  // Keeps the decision with its attempts, and settles what was reserved in budgets under its id;
  // durable when it returns OK. The same decision again changes nothing. With a key, keeps the
  // answer too; ALREADY_EXISTS, and nothing kept, when the key has one. Holds no thread while
  // others are being written.
  virtual Task<absl::Status> Append(const Context& context, const Answer& answer,
                                    absl::string_view idempotency_key,
                                    absl::string_view fingerprint) = 0;
  // INVALID_ARGUMENT for a page token that is not one of ours.
  virtual absl::StatusOr<DecisionPage> List(const Context& context,
                                            const DecisionFilter& filter) = 0;
  // NOT_FOUND for another tenant's, too.
  virtual absl::StatusOr<Decision> Get(const Context& context, absl::string_view id) = 0;
  virtual absl::StatusOr<Spend> SumSpend(const Context& context, const SpendQuery& query) = 0;
  // Erases answers, their keys and what was said of them from the decisions about a customer, or
  // about one call unless `call_id` is empty; how many those were. Costs and outcomes stay.
  virtual absl::StatusOr<int64_t> ForgetAnswers(const Context& context,
                                                absl::string_view customer_id,
                                                absl::string_view call_id) = 0;
};

// Told of every decision once it is on record: for metrics. Thread-safe.
class DecisionObserver {
 public:
  virtual ~DecisionObserver() = default;
  virtual void OnDecision(const Context& context, const Decision& decision) = 0;
  // After a decision, where budgets bind its request.
  virtual void OnBudgets(const Context& context, const std::vector<BudgetState>& budgets) = 0;
  // After a decision, for each model it asked.
  virtual void OnBreaker(const std::string& provider, const std::string& model,
                         BreakerState state) = 0;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_PORTS_H_
