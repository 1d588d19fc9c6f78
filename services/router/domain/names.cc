#include "services/router/domain/names.h"

namespace throughline::router {

absl::string_view Name(TaskKind task) {
  switch (task) {
    case TaskKind::kGeneral:
      return "general";
    case TaskKind::kAnalyzeCall:
      return "analyze_call";
    case TaskKind::kExtractFacts:
      return "extract_facts";
    case TaskKind::kWriteEmail:
      return "write_email";
  }
  return "unspecified";
}

absl::string_view Name(DecisionOutcome outcome) {
  switch (outcome) {
    case DecisionOutcome::kAccepted:
      return "accepted";
    case DecisionOutcome::kRepaired:
      return "repaired";
    case DecisionOutcome::kEscalated:
      return "escalated";
    case DecisionOutcome::kDirect:
      return "direct";
    case DecisionOutcome::kCached:
      return "cached";
    case DecisionOutcome::kFailed:
      return "failed";
  }
  return "unspecified";
}

absl::string_view Name(DecisionReason reason) {
  switch (reason) {
    case DecisionReason::kUnspecified:
      return "unspecified";
    case DecisionReason::kChecksPassed:
      return "checks_passed";
    case DecisionReason::kEmptyOutput:
      return "empty_output";
    case DecisionReason::kTruncated:
      return "truncated";
    case DecisionReason::kRefusal:
      return "refusal";
    case DecisionReason::kSchemaViolation:
      return "schema_violation";
    case DecisionReason::kUngroundedQuote:
      return "ungrounded_quote";
    case DecisionReason::kUngroundedNumber:
      return "ungrounded_number";
    case DecisionReason::kUngroundedName:
      return "ungrounded_name";
    case DecisionReason::kKnownStateConflict:
      return "known_state_conflict";
    case DecisionReason::kLeakedReasoning:
      return "leaked_reasoning";
    case DecisionReason::kStyleViolation:
      return "style_violation";
    case DecisionReason::kLowScore:
      return "low_score";
    case DecisionReason::kPredictedHard:
      return "predicted_hard";
    case DecisionReason::kCapabilityMissing:
      return "capability_missing";
    case DecisionReason::kBreakerOpen:
      return "breaker_open";
    case DecisionReason::kProviderError:
      return "provider_error";
    case DecisionReason::kBudgetExhausted:
      return "budget_exhausted";
    case DecisionReason::kModelRequested:
      return "model_requested";
    case DecisionReason::kSingleModel:
      return "single_model";
    case DecisionReason::kDeadline:
      return "deadline";
    case DecisionReason::kCacheHit:
      return "cache_hit";
    case DecisionReason::kDraftUnprofitable:
      return "draft_unprofitable";
  }
  return "unspecified";
}

absl::string_view Name(AttemptRole role) {
  switch (role) {
    case AttemptRole::kDraft:
      return "draft";
    case AttemptRole::kRepair:
      return "repair";
    case AttemptRole::kEscalation:
      return "escalation";
    case AttemptRole::kShadow:
      return "shadow";
    case AttemptRole::kHedge:
      return "hedge";
  }
  return "unspecified";
}

absl::string_view Name(AttemptOutcome outcome) {
  switch (outcome) {
    case AttemptOutcome::kAccepted:
      return "accepted";
    case AttemptOutcome::kRejected:
      return "rejected";
    case AttemptOutcome::kError:
      return "error";
    case AttemptOutcome::kCancelled:
      return "cancelled";
  }
  return "unspecified";
}

absl::string_view Name(CheckResult result) {
  switch (result) {
    case CheckResult::kPassed:
      return "passed";
    case CheckResult::kFailed:
      return "failed";
    case CheckResult::kSkipped:
      return "skipped";
  }
  return "unspecified";
}

absl::string_view Name(BudgetScope scope) {
  switch (scope) {
    case BudgetScope::kTenant:
      return "tenant";
    case BudgetScope::kCustomer:
      return "customer";
    case BudgetScope::kCall:
      return "call";
  }
  return "unspecified";
}

std::optional<TaskKind> ParseTaskKind(absl::string_view name) {
  for (const TaskKind task : kAllTasks) {
    if (Name(task) == name) return task;
  }
  return std::nullopt;
}

}  // namespace throughline::router
