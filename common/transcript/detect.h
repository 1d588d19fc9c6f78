#ifndef THROUGHLINE_COMMON_TRANSCRIPT_DETECT_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_DETECT_H_

#include "absl/strings/string_view.h"

namespace throughline::transcript {

// Formats that one parser reads. Which of them it was, the parser tells.
enum class Family { kLabelled, kGoogleMeet, kGranola, kWebVtt, kSrt, kOtter, kJson };

// The family that `text` (clean UTF-8, not blank) most looks like, from its first lines.
Family DetectFamily(absl::string_view text);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_DETECT_H_
