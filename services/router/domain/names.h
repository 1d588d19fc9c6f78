#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_NAMES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_NAMES_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "services/router/domain/budget.h"
#include "services/router/domain/types.h"

// The lower-case word of each value, as metrics, configuration and spend rows show it:
// "analyze_call", "known_state_conflict". "unspecified" for values out of range.
namespace throughline::router {

absl::string_view Name(TaskKind task);
absl::string_view Name(DecisionOutcome outcome);
absl::string_view Name(DecisionReason reason);
absl::string_view Name(AttemptRole role);
absl::string_view Name(AttemptOutcome outcome);
absl::string_view Name(CheckResult result);
absl::string_view Name(BudgetScope scope);

// The task of that name; nothing for any other word.
std::optional<TaskKind> ParseTaskKind(absl::string_view name);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_NAMES_H_
