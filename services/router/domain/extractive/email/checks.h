#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CHECKS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CHECKS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

// What the words of one sentence are good for in an e-mail. Pure and thread-safe.
namespace throughline::router::extractive {

// "What's in the way is the purge function": names what is left, by whoever says it.
bool PointsAtWhatIsLeft(absl::string_view piece);

// Content words that are neither months, weekdays nor numbers.
size_t WordsBesidesDates(absl::string_view piece);

// True for words that name a day: "Friday", "the 12th", "tomorrow".
bool DayNamed(absl::string_view piece);

// True when the speaker says to do something that an e-mail repeats; the e-mail itself, notes and
// invitations are no such thing.
bool Promises(absl::string_view piece);

// True when a day in the words concerns somebody's own plans, or nobody can tell whose: "I'm in
// Lisbon until the twentieth", "he needs it by Friday".
bool IsSomebodysOwnDay(absl::string_view piece);

// False where the words only point at what the day is for: "it's the twenty-fourth".
bool TellsOfDay(absl::string_view piece);

// How an e-mail names a day that `quote` speaks of and that falls on `date`: "Tuesday, March 10",
// "the end of March"; empty when it was said in passing.
std::string DayInWords(absl::string_view quote, const std::string& date);

// "I'm in Lisbon until the twentieth": where somebody is on a day says nothing of the matter.
bool TellsWhereabouts(absl::string_view piece);

// "I can't give you a letter", "don't come back with a cap": no request and no condition.
bool RefusesUs(absl::string_view piece);

// "Their rep rang me", "fourteen against your twenty-three": not ours to repeat.
bool SpeaksOfAnotherVendor(absl::string_view piece);

// "One page on the plan, to you, by Friday": what goes to whom on which day.
bool HandsOver(absl::string_view piece);

// False for words without a verb that only address, greet or order: "to Mr. Nakashima directly".
bool ReadsAsRecap(absl::string_view piece);

// True for words about family, animals, ailments and spare time: nothing for an e-mail to repeat.
bool IsPrivate(absl::string_view piece);

// What the customer wants left out ("not a word about the price", "without the photos"), and what
// people wish each other at parting: the reader of the e-mail is told neither.
bool StaysOut(absl::string_view piece);

// False for manners ("let me see", "Friday works") and rough words, which no e-mail repeats.
bool IsCivil(absl::string_view piece);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CHECKS_H_
