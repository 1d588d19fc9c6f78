#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_QUERY_DATES_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_QUERY_DATES_H_

#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace throughline::memory {

// The times that a question names, as far as they can be compared with the day of a row.
struct QueryDates {
  struct Period {
    absl::CivilDay first;
    absl::CivilDay last;  // inclusive
  };
  std::vector<int> months;      // 1 to 12: "in May"
  std::vector<int> years;       // "2025"
  std::vector<int> days;        // of the months: "May 7"
  std::vector<Period> periods;  // "last spring", "last week", "yesterday"
  bool asks_when = false;       // "when did …", "which month …"

  bool Any() const { return !months.empty() || !years.empty() || !periods.empty(); }
};

// `today` is what "last" and "yesterday" count from.
QueryDates ParseQueryDates(absl::string_view query, absl::CivilDay today);

// How well a row of `day` fits: 0 (not, or nothing asked) to 1.5 (the very day).
double DateScore(const QueryDates& dates, absl::CivilDay day);

// True when `text` speaks of time: "yesterday", "next week", "in 2024", "the 3rd".
bool SpeaksOfTime(absl::string_view text);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_QUERY_DATES_H_
