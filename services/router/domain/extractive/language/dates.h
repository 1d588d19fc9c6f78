#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_DATES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_DATES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/router/domain/extractive/language/clause.h"

namespace throughline::router::extractive {

struct DateMention {
  absl::CivilDay day;      // for a vague one, its last day: "end of April" -> April 30
  size_t first_token = 0;  // the words of the date, with its weekday
  size_t last_token = 0;
  bool exact = false;  // names a day; false for "end of April", "a week", "next month"
};

// Dates in tokens [first, last), resolved against the day of the call: "Friday, January 16th",
// "the 29th", "next Thursday", "tomorrow", "in a week", "end of April", "March 3rd", "2026-02-04".
// A bare day of the month or weekday means the next one after `today`; a month without a year the
// nearest one not long past.
std::vector<DateMention> FindDates(const Reading& reading, size_t first, size_t last,
                                   absl::CivilDay today);

// "Friday, January 16".
std::string FormatDay(absl::CivilDay day);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_DATES_H_
