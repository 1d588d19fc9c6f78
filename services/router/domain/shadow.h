#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_SHADOW_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_SHADOW_H_

#include "absl/strings/string_view.h"

namespace throughline::router {

// The check that a shadow attempt carries: whether the strongest model, asked about an accepted
// draft's prompt, said the same.
inline constexpr char kShadowCheck[] = "shadow";

// Whether two answers to one prompt say the same, as far as texts show it: equal JSON, the same
// final number where both end on one, or most words in common. Pure; linear.
bool Agree(absl::string_view draft, absl::string_view reference);

// Whether the decision is among the share that is looked at, by its id: the same everywhere.
bool IsSampled(absl::string_view decision_id, double share);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_SHADOW_H_
