#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_QUOTES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_QUOTES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "common/base/patience.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/email/asides.h"
#include "services/router/domain/extractive/engine.h"

namespace throughline::router::extractive {

// Most sentences on the open matter that an e-mail repeats word for word.
inline constexpr size_t kMaxEmailQuotes = 2;
// Most requests that it repeats.
inline constexpr size_t kMaxEmailRequests = 2;

// Whole sentences of the customer, word for word, fit to be read by anybody on their side.
struct EmailQuotes {
  // The request that holds these words; null when none does.
  const deal::Evidence* Request(const deal::Evidence& words) const;

  std::vector<deal::Evidence> requests;  // what they want done next, in the order of the call
  std::vector<deal::Evidence> telling;   // what they said of the primary matter, best first
  std::optional<deal::Evidence> spare;   // the next best of the latter: for an e-mail with room
};

// `withheld` are words that no e-mail repeats, whatever they say: private ones, anecdotes.
// Thread-safe.
EmailQuotes FindQuotes(const EmailInput& input, const std::vector<deal::Evidence>& withheld,
                       const Asides& asides, Patience& patience);

// A request without the remarks around it ("send it to me, I'll read it on the ferry"); "…" stands
// for one in the middle.
std::string WithoutRemarks(absl::string_view request, const Asides& asides);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_QUOTES_H_
