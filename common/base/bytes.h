#ifndef THROUGHLINE_COMMON_BASE_BYTES_H_
#define THROUGHLINE_COMMON_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/base/config.h"
#include "absl/strings/string_view.h"

// Eight bytes of a text at a time: long ones are gone over often.
namespace throughline::bytes {

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

}  // namespace throughline::bytes

#endif  // THROUGHLINE_COMMON_BASE_BYTES_H_
