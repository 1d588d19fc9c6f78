#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_QUOTES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_QUOTES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "common/deal/types.h"
#include "services/router/domain/extractive/engine.h"

namespace throughline::router::extractive {

// Most sentences that an e-mail repeats word for word.
inline constexpr size_t kMaxEmailQuotes = 2;

// What the customer said of the primary matter, or asked for at the end, most telling first: whole
// sentences, word for word, fit to be read by anybody on their side. Thread-safe.
std::vector<deal::Evidence> TellingQuotes(const EmailInput& input);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_QUOTES_H_
