#ifndef THROUGHLINE_SERVICES_ROUTER_CONFIG_BUDGETS_H_
#define THROUGHLINE_SERVICES_ROUTER_CONFIG_BUDGETS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "services/router/config_yaml.h"
#include "services/router/domain/budget.h"

namespace throughline::router {

// The section "budgets": a list of {name, scope, subject, window, limit_usd, limit_requests}.
absl::StatusOr<std::vector<BudgetRule>> ReadBudgets(const YamlReader& reader,
                                                    const YAML::Node& node);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CONFIG_BUDGETS_H_
