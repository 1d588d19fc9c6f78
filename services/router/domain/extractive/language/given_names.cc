#include "services/router/domain/extractive/language/given_names.h"

#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"
#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {
namespace {

WordSet ReadNames() {
  WordSet names;
  for (const Lexicon::File& file : EmbeddedNameFiles()) {
    for (const absl::string_view line : absl::StrSplit(file.text, '\n', absl::SkipEmpty())) {
      if (line[0] == '#') continue;
      for (const absl::string_view name : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
        names.Add(name);
      }
    }
  }
  return names;
}

}  // namespace

bool IsGivenName(absl::string_view lower_word) {
  static const auto* const kNames = new WordSet(ReadNames());
  return kNames->contains(lower_word);
}

}  // namespace throughline::router::extractive
