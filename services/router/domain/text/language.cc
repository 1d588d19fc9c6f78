#include "services/router/domain/text/language.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "services/router/domain/text/fold.h"

namespace throughline::router::text {
namespace {

struct Language {
  absl::string_view code;
  std::array<absl::string_view, 14> words;  // frequent, and not frequent in the other languages
};

constexpr Language kLanguages[] = {
    {"en",
     {"the", "and", "of", "to", "is", "that", "for", "with", "this", "are", "we", "you", "it",
      "have"}},
    {"de",
     {"der", "die", "und", "das", "ist", "nicht", "wir", "mit", "für", "auf", "ein", "eine", "sie",
      "zu"}},
    {"fr",
     {"le", "les", "et", "est", "des", "une", "pour", "dans", "nous", "vous", "que", "du", "avec",
      "pas"}},
    {"es",
     {"el", "los", "las", "es", "y", "una", "para", "por", "con", "está", "del", "nos", "pero",
      "más"}},
    {"it",
     {"il", "gli", "che", "è", "di", "per", "una", "con", "sono", "della", "non", "questo", "nel",
      "anche"}},
    {"pt",
     {"os", "as", "é", "não", "uma", "para", "com", "do", "da", "em", "você", "são", "mais",
      "nós"}},
    {"nl",
     {"de", "het", "een", "en", "van", "is", "niet", "wij", "met", "voor", "op", "zijn", "ook",
      "maar"}},
};

constexpr size_t kMinHits = 4;

}  // namespace

std::string GuessLanguage(absl::string_view folded) {
  std::array<size_t, std::size(kLanguages)> hits{};
  for (const absl::string_view word : FoldedWords(folded)) {
    for (size_t i = 0; i < std::size(kLanguages); ++i) {
      const auto& words = kLanguages[i].words;
      if (std::find(words.begin(), words.end(), word) != words.end()) ++hits[i];
    }
  }
  const size_t best = std::max_element(hits.begin(), hits.end()) - hits.begin();
  for (size_t i = 0; i < hits.size(); ++i) {
    if (i != best && hits[i] * 2 > hits[best]) return "";
  }
  return hits[best] >= kMinHits ? std::string(kLanguages[best].code) : "";
}

}  // namespace throughline::router::text
