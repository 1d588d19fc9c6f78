#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_LANGUAGE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_LANGUAGE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace throughline::router::text {

// The ISO 639-1 code of the language a text folded by Fold is clearly written in, by its
// commonest words: en, de, fr, es, it, pt, nl. Empty when the text is too short to tell or mixes
// them. Linear.
std::string GuessLanguage(absl::string_view folded);

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_LANGUAGE_H_
