#ifndef THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_FOR_TESTS_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/router/domain/types.h"

namespace throughline::router {

inline const absl::Time kNoon =
    absl::FromCivil(absl::CivilHour(2026, 3, 4, 12), absl::UTCTimeZone());

// An escalated decision with two model calls.
inline Answer Escalated(const std::string& id, const std::string& customer = "birch") {
  Decision decision{.id = id,
                    .decided_at = kNoon,
                    .task = TaskKind::kAnalyzeCall,
                    .attribution = {.customer_id = customer, .call_id = "call-1"},
                    .outcome = DecisionOutcome::kEscalated,
                    .reason = DecisionReason::kKnownStateConflict,
                    .explanation = "Open before the call and not accounted for: price.",
                    .from_model = "fast",
                    .to_model = "deep",
                    .draft_score = 0.4,
                    .threshold = 0.72,
                    .difficulty = 0.1,
                    .cost = {.nano_usd = 300},
                    .baseline_cost = {.nano_usd = 200},
                    .latency = absl::Milliseconds(7),
                    .overhead = absl::Microseconds(90),
                    .policy_version = "v1",
                    .cascade_dearer = true};
  decision.attempts.push_back({.model = "fast",
                               .provider = "builtin",
                               .outcome = AttemptOutcome::kRejected,
                               .reason = DecisionReason::kKnownStateConflict,
                               .checks = {{"integrity", CheckResult::kPassed, ""},
                                          {"known_state", CheckResult::kFailed, "price"}},
                               .usage = {.input_uncached_tokens = 10, .output_visible_tokens = 5},
                               .cost = {.nano_usd = 100}});
  decision.attempts.push_back({.model = "deep",
                               .provider = "builtin",
                               .role = AttemptRole::kEscalation,
                               .outcome = AttemptOutcome::kAccepted,
                               .reason = DecisionReason::kChecksPassed,
                               .score = 0.9,
                               .usage = {.input_uncached_tokens = 10,
                                         .input_cached_tokens = 3,
                                         .output_visible_tokens = 6,
                                         .output_reasoning_tokens = 2,
                                         .estimated = true},
                               .cost = {.nano_usd = 200},
                               .latency = absl::Milliseconds(5),
                               .empty_cause = "stop_empty",
                               .time_to_first_text = absl::Milliseconds(2)});
  return {.text = "{\"answer\": true}", .decision = decision};
}

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_STORE_DECISION_FOR_TESTS_H_
