#ifndef THROUGHLINE_COMMON_DIGEST_SHA256_H_
#define THROUGHLINE_COMMON_DIGEST_SHA256_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace throughline {

// SHA-256 of `parts` as 64 lower-case hex digits. Each part is preceded by its length, so that
// ("ab", "c") and ("a", "bc") differ. For identity, not for secrets. Thread-safe.
std::string Sha256Hex(std::initializer_list<absl::string_view> parts);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_DIGEST_SHA256_H_
