#include "services/router/domain/extractive/language/given_names.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

absl::flat_hash_set<std::string> ReadNames() {
  absl::flat_hash_set<std::string> names;
  for (const Lexicon::File& file : EmbeddedNameFiles()) {
    for (const absl::string_view line : absl::StrSplit(file.text, '\n', absl::SkipEmpty())) {
      if (line[0] == '#') continue;
      for (const absl::string_view name : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
        names.emplace(name);
      }
    }
  }
  return names;
}

}  // namespace

bool IsGivenName(absl::string_view lower_word) {
  static const auto* const kNames = new absl::flat_hash_set<std::string>(ReadNames());
  return kNames->contains(lower_word);
}

}  // namespace throughline::router::extractive
