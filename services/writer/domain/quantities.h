#ifndef THROUGHLINE_SERVICES_WRITER_DOMAIN_QUANTITIES_H_
#define THROUGHLINE_SERVICES_WRITER_DOMAIN_QUANTITIES_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

// Numbers and dates in English text, in a form in which "$4,080", "4080" and "forty eighty" are
// the same. Pure and thread-safe.
namespace throughline::writer {

// Numbers as decimals ("4080", "2.5"), months as "month 1", days of the week as "weekday 5".
using Quantities = std::set<std::string>;

// Everything that may be meant: a number in words also as people say it ("forty eighty"), "20k"
// as 20 and as 20000, months and weekdays wherever they stand.
Quantities QuantitiesMentioned(absl::string_view text);

// What a reader takes as a number or date: figures, numbers in words above twelve, months beside
// a figure, days of the week. List markers ("1. …") do not count.
Quantities QuantitiesClaimed(absl::string_view text);

// The days that `quantities` may name by month and number, each in the year in which it lies
// nearest to `near`.
std::vector<absl::CivilDay> DaysNamed(const Quantities& quantities, absl::CivilDay near);

// The year, month, day and day of the week of `day`.
Quantities QuantitiesOf(absl::CivilDay day);

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_DOMAIN_QUANTITIES_H_
