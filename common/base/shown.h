#ifndef THROUGHLINE_COMMON_BASE_SHOWN_H_
#define THROUGHLINE_COMMON_BASE_SHOWN_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace throughline {

// What a file or a caller says, for an error: its beginning, on one line that can be read.
inline std::string Shown(absl::string_view text) {
  constexpr size_t kMaxShownBytes = 128;
  return absl::CEscape(text.substr(0, kMaxShownBytes));
}

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_SHOWN_H_
