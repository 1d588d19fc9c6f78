#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WORD_LISTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WORD_LISTS_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {

// Lists of words by name; format: lexicon/README.md.
using WordLists = absl::flat_hash_map<std::string, WordSet>;

// INVALID_ARGUMENT naming the line when the text does not follow the format.
absl::StatusOr<WordLists> ParseWordLists(absl::string_view text);

// The list of that name in lexicon/words.lists, in lower case. It lives as long as the program;
// keep it rather than ask for every word. A list that is not there ends the program. Thread-safe.
const WordSet& WordList(absl::string_view name);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WORD_LISTS_H_
