#include "common/base/random_hex.h"

#include <cstdint>

#include "absl/random/random.h"

namespace throughline {

std::string RandomHex(size_t bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  thread_local absl::BitGen generator;
  std::string hex;
  hex.reserve(2 * bytes);
  for (size_t i = 0; i < bytes; ++i) {
    const auto byte = absl::Uniform<uint8_t>(generator);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 0xf]);
  }
  return hex;
}

}  // namespace throughline
