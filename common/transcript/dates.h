#ifndef THROUGHLINE_COMMON_TRANSCRIPT_DATES_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_DATES_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::transcript {

// Reads a date such as a header gives: "January 14, 2026", "Wed, 14 Jan 2026 at 3 PM",
// "2026-01-14", "2026-01-14T18:00:00Z", "14.01.2026", "1/14/2026". A time of day counts only with
// its zone; otherwise the result is midnight UTC. Nothing for dates without a year and for those
// that could be read as two different days ("3/4/2026").
std::optional<absl::Time> ParseDate(absl::string_view text);

// 1 to 12 for an English month's lower-case name or the beginning of one, three letters at least;
// else 0.
int MonthOf(absl::string_view word);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_DATES_H_
