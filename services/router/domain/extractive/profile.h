#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_PROFILE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_PROFILE_H_

#include <cstddef>
#include <vector>

#include "common/deal/types.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"

namespace throughline::router::extractive {

// The most entries one call adds to each list of the profile: it is read before the next call and
// has to stay short.
inline constexpr size_t kMaxProfileEntriesPerCall = 6;

// What the call adds to the profile. `facts` are this call's new facts, most useful first;
// `analysis` says what was objected, what was settled, and how far the deal is.
deal::CustomerProfile ExtractProfile(const CallInput& input, const deal::Analysis& analysis,
                                     const std::vector<deal::Fact>& facts, const Cast& cast);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_PROFILE_H_
