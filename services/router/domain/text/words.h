#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_WORDS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_WORDS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/hash/hash.h"
#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/router/domain/text/bytes.h"

// The words of a folded text, gone over once for everybody who asks for them.
namespace throughline::router::text {

// Hashes of 64 bits that differ from process to process: nobody can choose texts whose words share
// one, and words of one hash count as the same.
class Mixer {
 public:
  // Two values in one, spread over all bits.
  uint64_t Mixed(uint64_t a, uint64_t b) const {
    const absl::uint128 product = absl::uint128(a ^ seed_) * (b ^ 0x9E3779B97F4A7C15);
    return absl::Uint128Low64(product) ^ absl::Uint128High64(product);
  }

 private:
  const uint64_t seed_ = absl::HashOf(absl::string_view("words"));
};

// Words as text::Fold gives them, with the spaces around: " so far ". Made of literals.
class Phrase {
 public:
  constexpr Phrase() = default;  // stands nowhere
  // NOLINTNEXTLINE(google-explicit-constructor): tables of them are tables of texts
  constexpr Phrase(const char* folded) : folded_(folded) {
    for (size_t begin = 1; begin < folded_.size();) {
      size_t end = begin;
      while (folded_[end] != ' ') ++end;
      ++words_;
      if (end - begin > longest_.size()) longest_ = folded_.substr(begin, end - begin);
      begin = end + 1;
    }
    for (size_t i = longest_.size(); i > 0; --i) {
      uint64_t& head = heads_[(i - 1) / kWordBytes];
      head = head << 8 | static_cast<unsigned char>(longest_[i - 1]);
    }
  }

  absl::string_view folded() const { return folded_; }
  bool is_word() const { return words_ == 1; }
  absl::string_view longest() const { return longest_; }
  // As WordList hashes the longest word.
  uint64_t HashOfLongest(const Mixer& mixer) const {
    uint64_t hash = mixer.Mixed(heads_[0], longest_.size());
    for (size_t i = 1; i * kWordBytes < longest_.size(); ++i) hash = mixer.Mixed(hash, heads_[i]);
    return hash;
  }

 private:
  static constexpr size_t kMostHeads = 3;

  absl::string_view folded_;
  absl::string_view longest_;
  size_t words_ = 0;
  uint64_t heads_[kMostHeads] = {};  // the longest word's bytes, by eight
};

// Borrows the folded text; immutable; thread-safe.
class WordList {
 public:
  struct Word {
    uint64_t hash;
    uint32_t begin;
    uint32_t size;
  };

  explicit WordList(absl::string_view folded);

  size_t size() const { return size_; }
  absl::string_view operator[](size_t i) const {
    return absl::string_view(folded_.data() + words_[i].begin, words_[i].size);
  }
  // Hashes and places, in order.
  absl::Span<const Word> words() const { return {words_.get(), size_}; }
  const Mixer& mixer() const { return mixer_; }
  absl::string_view folded() const { return folded_; }

  // Whether the words of the phrase stand in the text one after the other.
  bool Contains(const Phrase& phrase) const;
  // Whether the word is one of the text's. Its hash is another list's.
  bool Contains(const Word& word) const { return Find(word.hash) != kNone; }
  bool ContainsWord(absl::string_view word) const;

 private:
  static constexpr uint32_t kNone = 0;

  uint64_t HashOf(absl::string_view folded, size_t begin, size_t size) const {
    const auto bytes = [&](size_t i) {
      const uint64_t loaded = LoadBytes(folded, begin + i);
      return size - i >= kWordBytes ? loaded : loaded & ((uint64_t{1} << 8 * (size - i)) - 1);
    };
    uint64_t hash = mixer_.Mixed(bytes(0), size);
    for (size_t i = kWordBytes; i < size; i += kWordBytes) hash = mixer_.Mixed(hash, bytes(i));
    return hash;
  }
  // Where the word's number stands among slots_, or is to stand.
  uint32_t& SlotOf(uint64_t hash) const {
    size_t at = hash & last_slot_;
    while (slots_[at] != kNone && words_[slots_[at] - 1].hash != hash) at = (at + 1) & last_slot_;
    return slots_[at];
  }
  uint32_t Find(uint64_t hash) const { return SlotOf(hash); }

  const Mixer mixer_;
  const absl::string_view folded_;
  size_t size_ = 0;
  std::unique_ptr<Word[]> words_;
  // Of each different word the number of its first place, counted from 1; more than half are free.
  std::unique_ptr<uint32_t[]> slots_;
  size_t last_slot_ = 0;  // one less than there are, which is a power of two
};

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_WORDS_H_
