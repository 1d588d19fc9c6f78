#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_GIVEN_NAMES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_GIVEN_NAMES_H_

#include "absl/strings/string_view.h"

namespace throughline::router::extractive {

// True for given names of lexicon/given_names.txt. Thread-safe.
bool IsGivenName(absl::string_view lower_word);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_GIVEN_NAMES_H_
