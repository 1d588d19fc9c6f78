#include "services/router/domain/text/phrase_finder.h"

#include "absl/numeric/bits.h"
#include "absl/strings/match.h"
#include "services/router/domain/text/bytes.h"

namespace throughline::router::text {

PhraseFinder::PhraseFinder(absl::string_view folded) : folded_(folded) {
  ForEachFoldedWord(
      folded, [this](absl::string_view word) { words_.set(Slot(HeadOfWord(folded_, word))); });
}

size_t PhraseFinder::Slot(uint64_t head) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
  return static_cast<size_t>((head * kOdd) >> (64 - kSlotBits));
}

bool AnyOfFinder::In(absl::string_view text) const {
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t fitting = first_[static_cast<unsigned char>(text[i])];
    if (fitting == 0) continue;
    const unsigned char next = i + 1 < text.size() ? text[i + 1] : 0;
    for (fitting &= second_[next]; fitting != 0; fitting &= fitting - 1) {
      if (absl::StartsWith(text.substr(i), needles_[absl::countr_zero(fitting)])) return true;
    }
  }
  return false;
}

}  // namespace throughline::router::text
