#include "services/router/domain/text/phrase_finder.h"

#include <algorithm>
#include <cstring>

namespace throughline::router::text {

PhraseFinder::PhraseFinder(absl::string_view folded) : folded_(folded) {
  ForEachFoldedWord(folded, [this](absl::string_view word) { words_.set(Slot(word)); });
}

size_t PhraseFinder::Slot(absl::string_view word) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
  uint64_t head = 0;
  std::memcpy(&head, word.data(), std::min(word.size(), sizeof(head)));
  return static_cast<size_t>(((head ^ word.size()) * kOdd) >> (64 - kSlotBits));
}

bool AnyOfFinder::In(absl::string_view text) const {
  for (size_t i = 0; i < text.size(); ++i) {
    if (!begins_[static_cast<unsigned char>(text[i])]) continue;
    const absl::string_view rest = text.substr(i);
    for (size_t n = 0; n < count_; ++n) {
      const absl::string_view needle = needles_[n];
      if (rest.size() >= needle.size() &&
          std::memcmp(rest.data(), needle.data(), needle.size()) == 0) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace throughline::router::text
