#include "services/router/domain/text/words.h"

#include "absl/numeric/bits.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router::text {

WordList::WordList(absl::string_view folded) : folded_(folded) {
  const size_t spaces = CountByte(folded, ' ');
  words_ = std::make_unique_for_overwrite<Word[]>(spaces + 1);
  last_slot_ = absl::bit_ceil(2 * (spaces + 1)) - 1;
  slots_ = std::make_unique<uint32_t[]>(last_slot_ + 1);
  ForEachFoldedWord(folded, [this](absl::string_view word) {
    const auto begin = static_cast<size_t>(word.data() - folded_.data());
    const uint64_t hash = HashOf(folded_, begin, word.size());
    words_[size_++] = {.hash = hash,
                       .begin = static_cast<uint32_t>(begin),
                       .size = static_cast<uint32_t>(word.size())};
    uint32_t& slot = SlotOf(hash);
    if (slot == kNone) slot = static_cast<uint32_t>(size_);
  });
}

bool WordList::Contains(const Phrase& phrase) const {
  const uint32_t found = Find(phrase.HashOfLongest(mixer_));
  if (found == kNone) return false;
  return phrase.is_word() ? (*this)[found - 1] == phrase.longest()
                          : ContainsPhrase(folded_, phrase.folded());
}

bool WordList::ContainsWord(absl::string_view word) const {
  return !word.empty() && Find(HashOf(word, 0, word.size())) != kNone;
}

}  // namespace throughline::router::text
