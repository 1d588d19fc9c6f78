#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WORD_MAP_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WORD_MAP_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

// Words that are looked for at every word of a call: a look takes some twenty instructions, a
// fifth of what a general hash map needs, since words of up to sixteen bytes are compared as two
// numbers.
namespace throughline::router::extractive {

// Values by word. As thread-safe as a vector.
template <typename Value>
class WordMap {
 public:
  WordMap() : slots_(kFewestSlots) {}
  WordMap(std::initializer_list<std::pair<absl::string_view, Value>> entries) : WordMap() {
    for (const auto& [word, value] : entries) Add(word, value);
  }

  // The word's value, which is `value` if the word is new. An empty word cannot be added.
  Value& Add(absl::string_view word, Value value) {
    if (2 * (count_ + 1) > slots_.size()) Grow();
    const Key key(word);
    Slot& slot = slots_[Find(key, word)];
    if (slot.key.size == 0) {
      slot.key = key;
      slot.value = std::move(value);
      if (word.size() > kPackedBytes) {
        slot.long_word = long_words_.size();
        long_words_.emplace_back(word);
      }
      ++count_;
    }
    return slot.value;
  }

  // Null when there is none. The pointer lives until a word is added.
  const Value* Find(absl::string_view word) const {
    if (word.empty()) return nullptr;
    const Slot& slot = slots_[Find(Key(word), word)];
    return slot.key.size == 0 ? nullptr : &slot.value;
  }

  bool contains(absl::string_view word) const { return Find(word) != nullptr; }
  size_t size() const { return count_; }

 private:
  static constexpr size_t kFewestSlots = 8;
  static constexpr size_t kPackedBytes = 16;

  // A word's first and last eight bytes: all there is of words of up to sixteen.
  struct Key {
    Key() = default;
    explicit Key(absl::string_view word) : size(word.size()) {
      if (size > 8) {
        std::memcpy(&head, word.data(), 8);
        std::memcpy(&tail, word.data() + size - 8, 8);
      } else if (size >= 4) {
        uint32_t first = 0;
        uint32_t last = 0;
        std::memcpy(&first, word.data(), 4);
        std::memcpy(&last, word.data() + size - 4, 4);
        head = first | uint64_t{last} << 32;
      } else if (size > 0) {
        const auto byte = [&](size_t at) { return uint64_t{static_cast<unsigned char>(word[at])}; };
        head = byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
      }
    }
    bool operator==(const Key&) const = default;
    size_t Hash() const {
      uint64_t mixed = (head ^ size << 56 ^ tail * 0x9E3779B97F4A7C15ULL) * 0xD6E8FEB86659FD93ULL;
      mixed ^= mixed >> 32;
      return mixed * 0xD6E8FEB86659FD93ULL >> 32;
    }

    uint64_t head = 0;
    uint64_t tail = 0;
    uint64_t size = 0;
  };
  struct Slot {
    Key key;  // without size: free
    size_t long_word = 0;
    Value value{};
  };

  // The place of the word, or the free one where it would stand.
  size_t Find(const Key& key, absl::string_view word) const {
    const size_t mask = slots_.size() - 1;
    for (size_t at = key.Hash() & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.key.size == 0) return at;
      if (slot.key == key && (key.size <= kPackedBytes || long_words_[slot.long_word] == word)) {
        return at;
      }
    }
  }

  void Grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (Slot& slot : old) {
      if (slot.key.size == 0) continue;
      // All are different: the first free place will do.
      size_t at = slot.key.Hash() & (slots_.size() - 1);
      while (slots_[at].key.size != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = std::move(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two, at least half of them free
  std::vector<std::string> long_words_;
  size_t count_ = 0;
};

class WordSet {
 public:
  WordSet() = default;
  WordSet(std::initializer_list<absl::string_view> words) {
    for (const absl::string_view word : words) Add(word);
  }
  template <typename Iterator>
  WordSet(Iterator first, Iterator last) {
    for (; first != last; ++first) Add(*first);
  }

  void Add(absl::string_view word) { words_.Add(word, Nothing()); }
  bool contains(absl::string_view word) const { return words_.contains(word); }

 private:
  struct Nothing {};

  WordMap<Nothing> words_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WORD_MAP_H_
