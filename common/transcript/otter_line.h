#ifndef THROUGHLINE_COMMON_TRANSCRIPT_OTTER_LINE_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_OTTER_LINE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::transcript {

// A line that holds only a speaker and a time, the words following below: "Ana Rivera  12:31",
// "12:31 - Ana Rivera", "Ana Rivera  9:02 AM".
struct OtterLine {
  absl::string_view name;
  std::optional<absl::Duration> time;  // absent: a time of day
  bool wide = false;  // two spaces or a tab part name and time, which prose does not do
};

std::optional<OtterLine> ReadOtterLine(absl::string_view line);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_OTTER_LINE_H_
