#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PORTS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PORTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/deal/types.h"
#include "common/grounding/call_context.h"
#include "common/grounding/model_work.h"
#include "services/orchestrator/domain/call.h"

// What the pipeline needs of others. Implementations are thread-safe; what a call waits for long is
// a task.
namespace throughline::orchestrator {

// What memory knew before a call.
struct Recollection {
  deal::DealState known;  // with the recalled facts, best first; version 0 for a new customer
  std::optional<deal::CustomerProfile> profile;
  bool cache_hit = false;
};

struct ProfileView {
  deal::CustomerProfile profile;
  std::string rendered;  // as text for a prompt
};

// What memory erased: its receipt, and rows.
struct ForgottenMemory {
  std::string receipt_id;
  absl::Time forgotten_at;
  int64_t facts = 0;
  int64_t blockers = 0;
  int64_t stakeholders = 0;
  int64_t profile_versions = 0;
  int64_t cache_entries = 0;
};

class MemoryPort {
 public:
  virtual ~MemoryPort() = default;
  virtual Task<absl::StatusOr<Recollection>> Recall(const Context& context,
                                                    const std::string& customer_id,
                                                    const std::string& query) = 0;
  // Stores a call. Idempotent: the same call again gives the same answer and stores nothing twice.
  virtual Task<absl::StatusOr<Retained>> Retain(const Context& context,
                                                const ComputedCall& call) = 0;
  // NOT_FOUND for a customer nothing is known of.
  virtual absl::StatusOr<ProfileView> GetProfile(const Context& context,
                                                 const std::string& customer_id) = 0;
  virtual absl::StatusOr<deal::DealState> GetDeal(const Context& context,
                                                  const std::string& customer_id) = 0;
  // Erases what came from the call, or all of the customer when `key` has no call id. NOT_FOUND
  // when memory has nothing of it.
  virtual absl::StatusOr<ForgottenMemory> Forget(const Context& context, const CallKey& key) = 0;
};

struct AnalysisAnswer {
  deal::Analysis analysis;
  std::vector<grounding::RoutedDecision> decisions;
  std::vector<grounding::DroppedClaim> dropped;
};

struct FactsAnswer {
  std::vector<deal::Fact> facts;
  deal::CustomerProfile profile_changes;
  std::vector<grounding::RoutedDecision> decisions;
  std::vector<grounding::DroppedClaim> dropped;
};

class AnalystPort {
 public:
  virtual ~AnalystPort() = default;
  virtual Task<absl::StatusOr<AnalysisAnswer>> Analyze(const Context& context,
                                                       const grounding::CallContext& call) = 0;
  virtual Task<absl::StatusOr<FactsAnswer>> ExtractFacts(const Context& context,
                                                         const grounding::CallContext& call) = 0;
};

struct EmailAnswer {
  deal::Email email;
  std::vector<grounding::RoutedDecision> decisions;
  std::vector<grounding::DroppedClaim> dropped;
};

class WriterPort {
 public:
  virtual ~WriterPort() = default;
  virtual Task<absl::StatusOr<EmailAnswer>> WriteEmail(
      const Context& context, const grounding::CallContext& call, const deal::Analysis& analysis,
      const std::optional<deal::CustomerProfile>& profile) = 0;
};

class RouterPort {
 public:
  virtual ~RouterPort() = default;
  // Erases what models answered about the call, or about the customer when `key` has no call id.
  virtual absl::Status ForgetAnswers(const Context& context, const CallKey& key) = 0;
};

// How far a call has come.
enum class CallState {
  kComputed = 2,  // analysed; memory may or may not have it, and the e-mail may be missing
  kSaved = 3,     // memory has it; the result is final
};

// What the store knows of a call.
struct StoredCall {
  CallState state = CallState::kComputed;
  std::string content_digest;
  ComputedCall computed;  // `result` is final in kSaved
};

// What models were told and answered, of a call that is not saved yet.
struct Progress {
  std::optional<Recollection> recalled;
  std::optional<AnalysisAnswer> analysis;
  std::optional<FactsAnswer> facts;
  std::optional<EmailAnswer> email;
};

struct CallPage {
  std::vector<CallResult> calls;  // oldest first
  std::string next_page_token;    // empty on the last
};

// Reason of the error of a write for a customer whose turn another process has taken over.
inline constexpr char kTurnLost[] = "TURN_LOST";

// Keeps calls. Every write survives the process when it returns, and is ABORTED with kTurnLost,
// without a trace, when the customer's turn is not this process's.
class CallStore {
 public:
  virtual ~CallStore() = default;
  // Empty when there is no such call.
  virtual absl::StatusOr<std::optional<StoredCall>> Find(const Context& context,
                                                         const CallKey& key) = 0;
  // Empty parts for what was not answered, or was answered to other content.
  virtual absl::StatusOr<Progress> FindProgress(const Context& context,
                                                const AcceptedCall& call) = 0;
  // Adds the parts of `progress` that are there; durable when it returns.
  virtual absl::Status SaveProgress(const Context& context, const AcceptedCall& call,
                                    const Progress& progress) = 0;
  // Makes the kComputed record, and has `recalled` in the call's progress; durable when it returns
  // where a model was paid, after Sync in any case.
  virtual absl::Status SaveComputed(const Context& context, const ComputedCall& call,
                                    const Recollection& recalled) = 0;
  // Waits until the disk has all that is saved. UNAVAILABLE when it refuses.
  virtual absl::Status Sync() = 0;
  // Moves a kComputed call to kSaved with its final result, ends its job as kSucceeded and the
  // customer's turn with it, and notes what subscribers are to be told: all of it or nothing. A
  // power cut may take it back; the call is then saved again, from what Sync brought to the disk.
  virtual absl::Status SaveFinished(const Context& context, const ComputedCall& call,
                                    const CallResult& result) = 0;
  // Removes a call that was not saved.
  virtual absl::Status Abandon(const Context& context, const CallKey& key) = 0;
  // Saved calls of a customer by their time, oldest first. INVALID_ARGUMENT for a token that this
  // method did not give.
  virtual absl::StatusOr<CallPage> ListSaved(const Context& context, const std::string& customer_id,
                                             int page_size, absl::string_view page_token) = 0;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_PORTS_H_
