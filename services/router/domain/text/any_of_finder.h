#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_ANY_OF_FINDER_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_ANY_OF_FINDER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace throughline::router::text {

// Finds any of a few byte strings in one pass over the text, told by their first two bytes. Made
// once, of literals. Immutable; thread-safe.
class AnyOfFinder {
 public:
  template <size_t N>
  constexpr explicit AnyOfFinder(const absl::string_view (&needles)[N]) : needles_(needles) {
    static_assert(N <= 32);
    for (size_t n = 0; n < N; ++n) {
      const uint32_t bit = uint32_t{1} << n;
      first_[static_cast<unsigned char>(needles[n][0])] |= bit;
      for (size_t byte = 0; byte < 256; ++byte) {
        const bool fits =
            needles[n].size() == 1 || static_cast<unsigned char>(needles[n][1]) == byte;
        if (fits) second_[byte] |= bit;
      }
    }
  }

  bool In(absl::string_view text) const;

 private:
  const absl::string_view* needles_;
  uint32_t first_[256] = {};   // which needles begin with the byte
  uint32_t second_[256] = {};  // which go on with it, or have ended
};

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_ANY_OF_FINDER_H_
