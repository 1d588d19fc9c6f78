#ifndef THROUGHLINE_COMMON_GROUNDING_WORDS_H_
#define THROUGHLINE_COMMON_GROUNDING_WORDS_H_

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace throughline::grounding {

// Whether a byte is of a word: a letter or digit of ASCII, or any of a longer character.
inline bool IsByteOfWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Calls `use` with each word of `text`.
template <typename Use>
void ForEachWord(absl::string_view text, const Use& use) {
  for (size_t i = 0; i < text.size();) {
    if (!IsByteOfWord(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && IsByteOfWord(text[i])) ++i;
    use(text.substr(begin, i - begin));
  }
}

}  // namespace throughline::grounding

#endif  // THROUGHLINE_COMMON_GROUNDING_WORDS_H_
