#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_BYTES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/base/config.h"
#include "absl/numeric/bits.h"
#include "absl/strings/string_view.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// Eight, sixteen or 64 bytes of a text at a time: judging a long answer means going over its bytes
// often.
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

// The first bytes of a word that stands in `folded`, as a number: of words of up to
// eight bytes no two have the same.
inline uint64_t HeadOfWord(absl::string_view folded, absl::string_view word) {
  const auto begin = static_cast<size_t>(word.data() - folded.data());
  const uint64_t bytes = LoadBytes(folded, begin);
  return word.size() >= kWordBytes ? bytes : bytes & ((uint64_t{1} << 8 * word.size()) - 1);
}

// The highest bit of each byte that is `wanted`, which is not 0.
inline uint64_t BytesEqual(uint64_t bytes, char wanted) {
  const uint64_t zero_where_equal = bytes ^ (kLowBits * static_cast<unsigned char>(wanted));
  return ~(((zero_where_equal & ~kHighBits) + ~kHighBits) | zero_where_equal) & kHighBits;
}

// Sixteen bytes of a text, or a mark on some of sixteen: the highest bit of a byte.
class Chunk {
 public:
  static constexpr size_t kBytes = 16;

#ifdef __SSE2__
  explicit Chunk(const char* bytes)
      : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes))) {}
  void Store(char* bytes) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), bytes_); }

  Chunk operator|(Chunk other) const { return Chunk(_mm_or_si128(bytes_, other.bytes_)); }
  // Marks the bytes that are `wanted`, which is not 0.
  Chunk Equal(char wanted) const { return Chunk(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(wanted))); }
  // Marks the bytes from `least` to `most`, both ASCII.
  Chunk Within(char least, char most) const {
    const __m128i above = _mm_sub_epi8(bytes_, _mm_set1_epi8(least));
    const __m128i range = _mm_set1_epi8(static_cast<char>(most - least));
    return Chunk(_mm_cmpeq_epi8(_mm_min_epu8(above, range), above));
  }
  // The bytes with the letters A to Z in lower case.
  Chunk Lower() const {
    const __m128i bit = _mm_and_si128(Within('A', 'Z').bytes_, _mm_set1_epi8('a' - 'A'));
    return Chunk(_mm_or_si128(bytes_, bit));
  }
  // The bytes that `marks`, made by Equal and Within, marks, and `other` in place of the rest.
  Chunk Where(Chunk marks, char other) const {
    return Chunk(_mm_or_si128(_mm_and_si128(marks.bytes_, bytes_),
                              _mm_andnot_si128(marks.bytes_, _mm_set1_epi8(other))));
  }
  // The marks as bits, the first byte's lowest; of a text's bytes, those that are no ASCII.
  uint32_t Bits() const { return static_cast<uint32_t>(_mm_movemask_epi8(bytes_)); }

 private:
  explicit Chunk(__m128i bytes) : bytes_(bytes) {}

  __m128i bytes_;
#else
  explicit Chunk(const char* bytes) { std::memcpy(halves_, bytes, kBytes); }
  void Store(char* bytes) const { std::memcpy(bytes, halves_, kBytes); }

  Chunk operator|(Chunk other) const {
    return Chunk(halves_[0] | other.halves_[0], halves_[1] | other.halves_[1]);
  }
  Chunk Equal(char wanted) const {
    return Chunk(BytesEqual(halves_[0], wanted), BytesEqual(halves_[1], wanted));
  }
  Chunk Within(char least, char most) const {
    return Chunk(Within(halves_[0], least, most), Within(halves_[1], least, most));
  }
  Chunk Lower() const {
    return Chunk(halves_[0] | Within(halves_[0], 'A', 'Z') >> 2,
                 halves_[1] | Within(halves_[1], 'A', 'Z') >> 2);
  }
  Chunk Where(Chunk marks, char other) const {
    const auto where = [other](uint64_t bytes, uint64_t marked) {
      const uint64_t all = (marked >> 7) * 0xFF;
      return (bytes & all) | ((kLowBits * static_cast<unsigned char>(other)) & ~all);
    };
    return Chunk(where(halves_[0], marks.halves_[0]), where(halves_[1], marks.halves_[1]));
  }
  uint32_t Bits() const { return Bits(halves_[0]) | Bits(halves_[1]) << 8; }

 private:
  Chunk(uint64_t low, uint64_t high) : halves_{low, high} {}
  static uint64_t Within(uint64_t bytes, char least, char most) {
    const uint64_t low = bytes & ~kHighBits;
    const uint64_t at_least = low + kLowBits * static_cast<unsigned char>(0x80 - least);
    const uint64_t above = low + kLowBits * static_cast<unsigned char>(0x7F - most);
    return at_least & ~above & ~bytes & kHighBits;
  }
  static uint32_t Bits(uint64_t bytes) {
    return static_cast<uint32_t>((((bytes & kHighBits) >> 7) * 0x0102040810204080) >> 56);
  }

  uint64_t halves_[2];
#endif
};

inline constexpr size_t kBlockBytes = 4 * Chunk::kBytes;

// A bit for each of 64 bytes, the first's lowest: the marks that `mark` makes on each Chunk.
template <typename Mark>
uint64_t BlockBits(const char* bytes, const Mark& mark) {
  const auto bits = [&](size_t i) { return uint64_t{mark(Chunk(bytes + i)).Bits()} << i; };
  return bits(0) | bits(16) | bits(32) | bits(48);
}

// 64 bytes of a text from `begin` on, zeros behind the end. Borrows the text.
class Block {
 public:
  Block(absl::string_view text, size_t begin) : bytes_(text.data() + begin) {
    if (text.size() - begin >= kBlockBytes) return;
    std::memset(padded_, 0, kBlockBytes);
    std::memcpy(padded_, bytes_, text.size() - begin);
    bytes_ = padded_;
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  const char* bytes() const { return bytes_; }

 private:
  const char* bytes_;
  char padded_[kBlockBytes];
};

// The number of bits that are set. No instruction for it is common to all processors.
inline size_t CountBits(uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
  bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return static_cast<size_t>(bits * kLowBits >> 56);
}

// All bits below the one at `place`, which may be 64.
constexpr uint64_t BitsBelow(size_t place) {
  return place >= 64 ? ~uint64_t{0} : (uint64_t{1} << place) - 1;
}

// Calls `use` with each block of the text that `mark` marks something in, its place and its marks.
template <typename Mark, typename Use>
void ForEachMarked(absl::string_view text, const Mark& mark, const Use& use) {
  for (size_t begin = 0; begin < text.size(); begin += kBlockBytes) {
    const Block block(text, begin);
    if (const uint64_t bits = BlockBits(block.bytes(), mark); bits != 0) use(begin, bits);
  }
}

// Calls `use` with the place of each `wanted` byte, which is not 0, in order.
template <typename Use>
void ForEachByte(absl::string_view text, char wanted, const Use& use) {
  ForEachMarked(
      text, [wanted](Chunk chunk) { return chunk.Equal(wanted); },
      [&](size_t begin, uint64_t bits) {
        for (; bits != 0; bits &= bits - 1) {
          use(begin + static_cast<size_t>(absl::countr_zero(bits)));
        }
      });
}

// How often `wanted`, which is not 0, stands in the text.
inline size_t CountByte(absl::string_view text, char wanted) {
  size_t count = 0;
  ForEachMarked(
      text, [wanted](Chunk chunk) { return chunk.Equal(wanted); },
      [&](size_t, uint64_t bits) { count += CountBits(bits); });
  return count;
}

// How many bytes are no ASCII.
inline size_t CountHighBytes(absl::string_view text) {
  size_t count = 0;
  ForEachMarked(
      text, [](Chunk chunk) { return chunk; },
      [&](size_t, uint64_t bits) { count += CountBits(bits); });
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
