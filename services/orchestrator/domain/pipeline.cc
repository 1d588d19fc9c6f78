#include "services/orchestrator/domain/pipeline.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/orchestrator/domain/computation.h"
#include "services/orchestrator/domain/intake.h"
#include "services/orchestrator/domain/wording.h"

namespace throughline::orchestrator {
namespace {

constexpr char kRefusedByMemory[] = "CALL_REFUSED_BY_MEMORY";

// For saving that nobody watches.
class NoObserver final : public StepObserver {
 public:
  void Started(Step) override {}
  void Finished(Step, absl::Duration, const std::string&) override {}
};

// Asking memory the same again would change nothing.
bool IsPermanent(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

void AddRetained(const Retained& retained, const std::vector<deal::Fact>& facts,
                 CallResult& result) {
  for (size_t i = 0; i < facts.size() && i < retained.facts.size(); ++i) {
    const RetainedFact& kept = retained.facts[i];
    if (kept.added) {
      result.facts.push_back(facts[i]);
      result.facts.back().id = kept.id;
    }
    result.superseded_fact_ids.insert(result.superseded_fact_ids.end(), kept.superseded_ids.begin(),
                                      kept.superseded_ids.end());
  }
  result.memory_version = retained.version;
}

// Makes the record of a call while its models are asked, so that nobody waits for the disk.
class Receipt {
 public:
  // Borrows everything; `call` without its transcript will do.
  Receipt(const Context& context, CallStore& store, BoundedPool& pool, AcceptedCall call)
      : call_(std::move(call)) {
    const auto record = [this, &context, &store] {
      status_ = store.SaveReceived(context, call_);
      recorded_.Notify();
    };
    if (!pool.TrySubmit(record)) record();
  }
  ~Receipt() { recorded_.WaitForNotification(); }
  Receipt(const Receipt&) = delete;
  Receipt& operator=(const Receipt&) = delete;

  absl::Status Wait() {
    recorded_.WaitForNotification();
    return status_;
  }

 private:
  const AcceptedCall call_;
  absl::Status status_;
  absl::Notification recorded_;
};

absl::Status OtherContent(const CallKey& key) {
  return WithReason(
      absl::AlreadyExistsError(absl::StrCat(
          "call_id: expected an id of its own, but call \"", key.call_id, "\" of customer \"",
          key.customer_id, "\" has other content; send this call under another id")),
      "CALL_HAS_OTHER_CONTENT");
}

Context ForTenant(const Context& context, const std::string& tenant) {
  return Context({.tenant = tenant,
                  .request_id = context.request_id(),
                  .traceparent = context.traceparent(),
                  .deadline = context.deadline(),
                  .cancellation = context.cancellation(),
                  .clock = &context.clock()});
}

}  // namespace

absl::string_view StepName(Step step) {
  switch (step) {
    case Step::kParse:
      return "parse";
    case Step::kRecall:
      return "recall";
    case Step::kAnalyze:
      return "analyze";
    case Step::kWrite:
      return "write";
    case Step::kSave:
      return "save";
  }
  return "unknown";
}

absl::StatusOr<CallResult> Pipeline::Process(const Context& context, const CallSource& source,
                                             StepObserver& observer) {
  const absl::Time arrived = context.clock().Now();
  std::vector<StepTiming> timings;
  StepTimer parsing(context, Step::kParse, observer);
  ASSIGN_OR_RETURN(AcceptedCall call, Accept(context, source));
  parsing.Finish(ParseSummary(call), timings);

  ASSIGN_OR_RETURN(const CustomerQueue::Turn turn, queue_.Enter(context, call.key.customer_id));
  RETURN_IF_ERROR(FinishEarlierCalls(context, call.key.customer_id));
  ASSIGN_OR_RETURN(std::optional<CallResult> answer, FindAnswer(context, call));
  if (answer) return *std::move(answer);

  const CallKey key = call.key;
  Receipt receipt(context, ports_.store, fan_out_,
                  {.key = call.key,
                   .content_digest = call.content_digest,
                   .occurred_at = call.occurred_at,
                   .customer_name = call.customer_name,
                   .seller_name = call.seller_name});
  absl::StatusOr<ComputedCall> computed =
      Computation(context, ports_, fan_out_, observer).Compute(std::move(call), std::move(timings));
  absl::Status checkpoint = receipt.Wait();
  if (checkpoint.ok()) checkpoint = computed.status();
  if (checkpoint.ok()) checkpoint = context.Check();
  if (checkpoint.ok()) checkpoint = ports_.store.SaveComputed(context, *computed);
  const Context detached = context.Detached(options_.save_budget);
  if (!checkpoint.ok()) {
    // Nothing has been promised; a record that cannot be removed now is replaced by the next try.
    ports_.store.Abandon(detached, key).IgnoreError();
    return checkpoint;
  }
  ASSIGN_OR_RETURN(CallResult result, Save(detached, *computed, observer));
  result.latency = context.clock().Now() - arrived;
  return result;
}

absl::StatusOr<std::optional<CallResult>> Pipeline::FindAnswer(const Context& context,
                                                               const AcceptedCall& call) {
  ASSIGN_OR_RETURN(std::optional<StoredCall> stored, ports_.store.Find(context, call.key));
  if (!stored || stored->state == CallState::kReceived) return std::optional<CallResult>();
  if (stored->content_digest != call.content_digest) return OtherContent(call.key);
  stored->computed->result.replayed = true;
  return std::optional<CallResult>(std::move(stored->computed->result));
}

absl::Status Pipeline::FinishEarlierCalls(const Context& context, const std::string& customer_id) {
  ASSIGN_OR_RETURN(const std::vector<CallKey> unsaved,
                   ports_.store.ListUnsaved(context, customer_id));
  NoObserver nobody;
  for (const CallKey& key : unsaved) {
    ASSIGN_OR_RETURN(const std::optional<StoredCall> stored, ports_.store.Find(context, key));
    if (!stored || stored->state != CallState::kComputed) continue;
    const absl::Status saved =
        Save(context.Detached(options_.save_budget), *stored->computed, nobody).status();
    // A call that memory will never take is gone and holds up nobody.
    if (Reason(saved) != kRefusedByMemory) RETURN_IF_ERROR(saved);
  }
  return absl::OkStatus();
}

absl::StatusOr<CallResult> Pipeline::Save(const Context& context, const ComputedCall& computed,
                                          StepObserver& observer) {
  StepTimer timer(context, Step::kSave, observer);
  const absl::StatusOr<Retained> retained = ports_.memory.Retain(context, computed);
  if (!retained.ok()) {
    if (!IsPermanent(retained.status())) return retained.status();
    RETURN_IF_ERROR(ports_.store.Abandon(context, computed.call.key));
    return WithReason(
        absl::InternalError(absl::StrCat("memory refused call \"", computed.call.key.call_id,
                                         "\": ", retained.status().message())),
        kRefusedByMemory);
  }
  CallResult result = computed.result;
  AddRetained(*retained, computed.learned.facts, result);
  timer.Finish(SaveSummary(*retained), result.timings);
  for (const StepTiming& timing : result.timings) result.latency += timing.duration;
  RETURN_IF_ERROR(ports_.store.SaveFinished(context, computed.call.key, result));
  return result;
}

absl::Status Pipeline::ResumeUnsaved(const Context& context) {
  ASSIGN_OR_RETURN(const std::vector<CustomerKey> customers,
                   ports_.store.ListUnsavedCustomers(context));
  absl::Status first_error;
  for (const CustomerKey& customer : customers) {
    const Context tenant = ForTenant(context, customer.tenant);
    const absl::StatusOr<CustomerQueue::Turn> turn = queue_.Enter(tenant, customer.customer_id);
    const absl::Status status =
        turn.ok() ? FinishEarlierCalls(tenant, customer.customer_id) : turn.status();
    first_error.Update(status);
  }
  return first_error;
}

}  // namespace throughline::orchestrator
