#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_BYTES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/numeric/bits.h"
#include "absl/strings/string_view.h"
#include "common/base/bytes.h"

// Eight bytes of a text at a time: judging a long answer means going over its bytes often.
namespace throughline::router::text {

using bytes::BytesEqual;
using bytes::kHighBits;
using bytes::kLowBits;
using bytes::kWordBytes;
using bytes::LoadBytes;

// How many bytes have their highest bit, of bytes with no other. Not by popcount, a call where the
// processor is not known to have it.
inline size_t CountMarked(uint64_t marked) {
  return static_cast<size_t>(((marked >> 7) * kLowBits) >> 56);
}

// Calls `use` with the place of each `wanted` byte, which is not 0, in order.
template <typename Use>
void ForEachByte(absl::string_view text, char wanted, const Use& use) {
  for (size_t i = 0; i < text.size(); i += kWordBytes) {
    uint64_t found = BytesEqual(LoadBytes(text, i), wanted);
    for (; found != 0; found &= found - 1) {
      use(i + static_cast<size_t>(absl::countr_zero(found)) / 8);
    }
  }
}

// How often `wanted`, which is not 0, stands in the text.
inline size_t CountByte(absl::string_view text, char wanted) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += kWordBytes) {
    count += CountMarked(BytesEqual(LoadBytes(text, i), wanted));
  }
  return count;
}

// How many bytes are no ASCII.
inline size_t CountHighBytes(absl::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += kWordBytes) {
    count += CountMarked(LoadBytes(text, i) & kHighBits);
  }
  return count;
}

// The last place of `part`; npos when it stands nowhere, which is told sooner than by rfind.
inline size_t FindLast(absl::string_view text, absl::string_view part) {
  return text.find(part) == absl::string_view::npos ? absl::string_view::npos : text.rfind(part);
}

// A value for each byte, given by `of`.
template <typename Value, typename Of>
constexpr std::array<Value, 256> ByteTable(const Of& of) {
  std::array<Value, 256> table{};
  for (size_t byte = 0; byte < table.size(); ++byte) {
    table[byte] = of(static_cast<unsigned char>(byte));
  }
  return table;
}

// For each first byte the lengths of some short words: rules out most other words unread.
class WordShapes {
 public:
  // A word of at most kMaxBytes.
  constexpr void Add(absl::string_view word) {
    lengths_[static_cast<unsigned char>(word[0])] |= 1u << word.size();
  }
  // Whether the word, not empty, may be one of those added.
  constexpr bool MayHold(absl::string_view word) const {
    return word.size() <= kMaxBytes &&
           (lengths_[static_cast<unsigned char>(word[0])] >> word.size() & 1) != 0;
  }

 private:
  static constexpr size_t kMaxBytes = 31;
  std::array<uint32_t, 256> lengths_{};
};

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_BYTES_H_
