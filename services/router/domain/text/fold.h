#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_FOLD_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_FOLD_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/text/bytes.h"

// Text reduced to what counts when two wordings are compared. All functions are pure, linear in
// their input and accept any bytes.
namespace throughline::router::text {

// The words of `text` in lower case, each preceded by one space and the last followed by one:
// " we need it by friday ". Punctuation, typographic quotes and dashes separate words, except
// apostrophes within one, which vanish ("don't" → "dont"). Empty when there are no words.
std::string Fold(absl::string_view text);

// The same, with the words that CountWords counts.
struct FoldedText {
  std::string folded;
  size_t words = 0;
};
FoldedText FoldAndCount(absl::string_view text);

// Whether the words of `folded_phrase` stand in `folded_text` one after the other. Both come from
// Fold; an empty phrase stands nowhere.
bool ContainsPhrase(absl::string_view folded_text, absl::string_view folded_phrase);

// Whether `part`, not empty, stands in the text. Skips ahead by what it ends with, where a search
// for its first byte would stop often.
bool Contains(absl::string_view text, absl::string_view part);

// The words of a folded text.
std::vector<absl::string_view> FoldedWords(absl::string_view folded);

// Calls `use` with each word of a folded text, in order.
template <typename Use>
void ForEachFoldedWord(absl::string_view folded, const Use& use) {
  size_t begin = 1;
  ForEachByte(folded, ' ', [&](size_t end) {
    if (end > begin) use(absl::string_view(folded.data() + begin, end - begin));
    begin = end + 1;
  });
  if (begin < folded.size()) use(folded.substr(begin));
}

// Words as a reader counts them: runs of characters between white space that hold a letter or
// digit. Counts no further than to `most`.
size_t CountWords(absl::string_view text, size_t most = SIZE_MAX);

// Whether at most one letter differs, is missing or is added.
bool WithinOneEdit(absl::string_view a, absl::string_view b);

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_FOLD_H_
