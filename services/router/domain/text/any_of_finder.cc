#include "services/router/domain/text/any_of_finder.h"

#include "absl/numeric/bits.h"
#include "absl/strings/match.h"

namespace throughline::router::text {

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
