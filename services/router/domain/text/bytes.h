#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_BYTES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/base/config.h"
#include "absl/numeric/bits.h"
#include "absl/strings/string_view.h"

// Eight bytes of a text at a time: judging a long answer means going over its bytes often.
namespace throughline::router::text {

#ifndef ABSL_IS_LITTLE_ENDIAN
#error "the first byte of a text has to be the lowest of a word"
#endif

inline constexpr size_t kWordBytes = sizeof(uint64_t);
inline constexpr uint64_t kHighBits = 0x8080808080808080;
inline constexpr uint64_t kLowBits = 0x0101010101010101;

// The eight bytes from `begin` on, zeros behind the end.
inline uint64_t LoadBytes(absl::string_view text, size_t begin) {
  uint64_t bytes = 0;
  if (text.size() - begin >= kWordBytes) {
    std::memcpy(&bytes, text.data() + begin, kWordBytes);
  } else {
    std::memcpy(&bytes, text.data() + begin, text.size() - begin);
  }
  return bytes;
}

// The highest bit of each byte that is `wanted`, which is not 0.
inline uint64_t BytesEqual(uint64_t bytes, char wanted) {
  const uint64_t zero_where_equal = bytes ^ (kLowBits * static_cast<unsigned char>(wanted));
  return ~(((zero_where_equal & ~kHighBits) + ~kHighBits) | zero_where_equal) & kHighBits;
}

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
