#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TEXT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TEXT_H_

#include <algorithm>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "re2/re2.h"

namespace throughline::router::extractive {

// True when the pattern is found anywhere in the text.
inline bool Matches(absl::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

// Words of a text that single spaces part; 1 for an empty one.
inline size_t WordCount(absl::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_TEXT_H_
