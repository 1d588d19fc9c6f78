#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_DATES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_DATES_H_

#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

// Days as people speak of them. Pure and linear in the input.
namespace throughline::router::text {

// A day written out: "2026-01-29", "January 29", "29 Jan 2026", "Jan. 29th, 2026",
// "May twentieth".
struct DateMention {
  absl::CivilDay day;  // of year 0 when no year is written
  bool has_year = false;
  size_t begin = 0;  // bytes [begin, end) of the text
  size_t end = 0;
};

std::vector<DateMention> FindDates(absl::string_view text);

// The values of ordinals, spelled out or not: "the 29th", "twenty-fourth".
std::vector<int> FindOrdinals(absl::string_view text);

// The days that a text may speak of. Generous: it answers "could that day have been meant?".
class DaySet {
 public:
  void Add(absl::CivilDay day) { days_.insert(day); }
  // Adds the days `text` names, those it names relative to `said_on` included: "Friday", "the
  // 29th", "tomorrow", "next week", "in two weeks", "end of the month", "next quarter".
  void AddFrom(absl::string_view text, absl::CivilDay said_on);
  // Whether the mention can be one of the days; without a year, by month and day.
  bool Contains(const DateMention& mention) const;

 private:
  void AddRange(absl::CivilDay first, absl::CivilDay last);

  absl::flat_hash_set<absl::CivilDay> days_;
  absl::flat_hash_set<int> month_days_;  // month × 100 + day of explicit dates without a year
};

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_DATES_H_
