#include "services/orchestrator/domain/pipeline.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/alongside.h"
#include "common/base/errors.h"
#include "common/base/forked.h"
#include "common/base/span.h"
#include "common/base/task_macros.h"
#include "services/orchestrator/domain/computation.h"
#include "services/orchestrator/domain/intake.h"
#include "services/orchestrator/domain/wording.h"

namespace throughline::orchestrator {
namespace {

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

absl::Status OtherContent(const CallKey& key) {
  return WithReason(
      absl::AlreadyExistsError(absl::StrCat(
          "call_id: expected an id of its own, but call \"", key.call_id, "\" of customer \"",
          key.customer_id, "\" has other content; send this call under another id")),
      "CALL_HAS_OTHER_CONTENT");
}

// The answer to a call that goes on where it was, when it is run again.
absl::Status NotSavedYet(const absl::Status& status) {
  return Reason(status) == kTurnLost ? status : WithReason(status, kNotSavedYet);
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

absl::StatusOr<CallInProgress> Pipeline::Parse(const Context& context, const CallSource& source,
                                               StepObserver& observer) {
  Span span(context, kStepSpan, StepName(Step::kParse));
  CallInProgress begun{.arrived = context.clock().Now()};
  StepTimer parsing(context, Step::kParse, observer);
  ASSIGN_OR_RETURN(begun.call, span.Note(Accept(context, source)));
  parsing.Finish(ParseSummary(begun.call), begun.timings);
  return begun;
}

absl::StatusOr<std::optional<CallResult>> Pipeline::FindAnswer(const Context& context,
                                                               const AcceptedCall& call) {
  ASSIGN_OR_RETURN(std::optional<StoredCall> stored, ports_.store.Find(context, call.key));
  if (!stored) return std::optional<CallResult>();
  if (stored->content_digest != call.content_digest) return OtherContent(call.key);
  if (stored->state != CallState::kSaved) return std::optional<CallResult>();
  stored->computed.result.replayed = true;
  return std::optional<CallResult>(std::move(stored->computed.result));
}

Task<absl::StatusOr<CallResult>> Pipeline::Run(const Context& context, CallInProgress call,
                                               StepObserver& observer) {
  const CallKey key = call.call.key;
  std::optional<StoredCall> stored;
  if (!call.is_fresh) {
    CO_ASSIGN_OR_RETURN(stored, ports_.store.Find(context, key));
  }
  if (stored && stored->content_digest != call.call.content_digest) co_return OtherContent(key);
  ComputedCall computed;
  if (stored) computed = std::move(stored->computed);
  computed.call = std::move(call.call);
  if (!stored) computed.result.timings = std::move(call.timings);
  Computation computation(context, ports_, observer, computed);
  if (stored) {
    const absl::Status resumed = co_await computation.Resume();
    if (!resumed.ok()) co_return NotSavedYet(resumed);
  } else {
    CO_RETURN_IF_ERROR(co_await computation.Analyze(call.is_fresh));
  }
  CO_ASSIGN_OR_RETURN(CallResult result,
                      co_await Keep(context, computed, stored.has_value(), computation, observer));
  if (!stored) result.latency = context.clock().Now() - call.arrived;
  co_return result;
}

Task<absl::StatusOr<CallResult>> Pipeline::Keep(const Context& context,
                                                const ComputedCall& computed, bool is_checkpointed,
                                                Computation& computation, StepObserver& observer) {
  const Context saving = SavingContext(context);
  Forked<absl::StatusOr<Retained>> retaining(
      co_await Here(), Retain(saving, computed, is_checkpointed, computation));
  CallResult result = computed.result;
  const absl::Status written = co_await computation.TakeEmail(result);
  StepTimer timer(saving, Step::kSave, observer);
  CO_ASSIGN_OR_RETURN(const Retained retained, co_await retaining.Join());
  if (!written.ok()) co_return NotSavedYet(written);
  AddRetained(retained, computed.learned.facts, result);
  timer.Finish(SaveSummary(retained), result.timings);
  for (const StepTiming& timing : result.timings) result.latency += timing.duration;
  const Context finishing = SavingContext(context);
  const absl::Status finished = ports_.store.SaveFinished(finishing, computed, result);
  if (!finished.ok()) co_return NotSavedYet(finished);
  co_return result;
}

Task<absl::StatusOr<Retained>> Pipeline::Retain(const Context& context,
                                                const ComputedCall& computed, bool is_checkpointed,
                                                Computation& computation) {
  Span span(context, kStepSpan, StepName(Step::kSave));
  absl::Status checkpointed;
  if (!is_checkpointed) {
    checkpointed = ports_.store.SaveComputed(span.context(), computed, computation.recalled());
  }
  if (!checkpointed.ok()) {
    computation.Stop();
    co_return span.Note(checkpointed);
  }
  // Two disks' waits at once: with both over, no power cut takes the answer back.
  absl::Status synced;
  const auto sync = [&] { synced = ports_.store.Sync(); };
  Alongside<absl::StatusOr<Retained>> both(co_await Here(),
                                           ports_.memory.Retain(span.context(), computed), sync);
  absl::StatusOr<Retained> retained = span.Note(co_await both);
  if (retained.ok() && synced.ok()) co_return retained;
  if (retained.ok()) co_return NotSavedYet(synced);
  if (!IsPermanent(retained.status())) co_return NotSavedYet(retained.status());
  computation.Stop();
  CO_RETURN_IF_ERROR(ports_.store.Abandon(span.context(), computed.call.key));
  co_return absl::FailedPreconditionError(absl::StrCat(
      "memory refused call \"", computed.call.key.call_id, "\": ", retained.status().message()));
}

}  // namespace throughline::orchestrator
