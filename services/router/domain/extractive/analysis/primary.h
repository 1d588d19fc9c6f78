#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PRIMARY_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PRIMARY_H_

#include <optional>
#include <string>
#include <vector>

#include "services/router/domain/extractive/analysis/lifecycle.h"

namespace throughline::router::extractive {

// Open entries, the one that must clear next first: explicit pointer, then hard gate, then what
// was raised last, then what was open before. At equal rank what still has to be delivered comes
// before what the customer is reviewing, and the later statement before the earlier.
std::vector<const Entry*> RankOpen(const std::vector<Entry>& entries);

// One sentence that says why `entry` comes first.
std::string PrimaryReason(const Entry& entry);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PRIMARY_H_
