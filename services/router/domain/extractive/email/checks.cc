#include "services/router/domain/extractive/email/checks.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {

bool PointsAtWhatIsLeft(absl::string_view piece) { return Says(piece, "left"); }

size_t WordsBesidesDates(absl::string_view clean) {
  size_t words = 0;
  for (const std::string& stem : ContentStems(clean)) {
    static const RE2& calendar = *new RE2(
        "(?i)(?:jan|febr|march|april|may|june|july|august|sept|octob|novemb|decemb|.*day$|.*th$|"
        "first|second|third|[0-9]).*");
    words += RE2::FullMatch(stem, calendar) ? 0 : 1;
  }
  return words;
}

bool DayNamed(absl::string_view clean) {
  static const RE2& day = *new RE2(
      "(?i)\\b(?:mon|tues|wednes|thurs|fri)day\\b|[0-9](?:st|nd|rd|th)\\b|\\btomorrow\\b|"
      "(?:teen|twentie|thirtie|four|fif|six|seven|eigh|nin|ten|eleven|twelf)th\\b");
  return Matches(clean, day);
}

bool Promises(absl::string_view piece) {
  return Says(piece, "promises") && !Says(piece, "declines") && !Says(piece, "routine");
}

bool IsSomebodysOwnDay(absl::string_view piece) { return Says(piece, "own.day"); }

bool TellsOfDay(absl::string_view piece) {
  // The day in front is what something else is said of: "April, but it's a cut year".
  static const RE2& day_first = *new RE2(
      "(?i)^(?:the )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\\b|^(?:the )?[a-z-]*(?:first|"
      "second|third|th|[0-9](?:st|nd|rd|th))\\b|^(?:january|february|march|april|may|june|july|"
      "august|september|october|november|december)\\b");
  const bool half = Says(piece, "condition.first") && !absl::StrContains(piece, ',');
  return !Says(piece, "points.at.day") && !Matches(piece, day_first) && !half;
}

std::string DayInWords(absl::string_view quote, const std::string& date) {
  if (Says(quote, "in.passing")) return "";
  // Hardly anybody sets a day at the weekend without saying so.
  static const RE2& weekend = *new RE2("^S(?:atur|un)day");
  static const RE2& said = *new RE2("(?i)\\bs(?:atur|un)day\\b");
  const bool at_weekend = Matches(date, weekend) && !Matches(quote, said);
  static const RE2& month = *new RE2(
      "(?i)\\b(the (?:end|middle|beginning|start) of (?:january|february|march|april|may|june|july|"
      "august|september|october|november|december|the (?:month|quarter|year)))\\b");
  std::string words;
  if (RE2::PartialMatch(re2::StringPiece(quote.data(), quote.size()), month, &words)) {
    words[0] = absl::ascii_tolower(words[0]);
    return words;
  }
  if (Says(quote, "end.of") || at_weekend) return "";
  return Says(quote, "week.of") ? absl::StrCat("the week of ", date) : date;
}

bool TellsWhereabouts(absl::string_view piece) {
  return Says(piece, "whereabouts") && (DayNamed(piece) || Says(piece, "meanwhile"));
}

bool RefusesUs(absl::string_view piece) { return Says(piece, "refuses.us"); }

bool SpeaksOfAnotherVendor(absl::string_view piece) { return Says(piece, "other.vendor"); }

bool HandsOver(absl::string_view piece) {
  static const RE2& to_whom = *new RE2("\\b[Tt]o (?:you|her|him|all|both|everyone|[A-Z][a-z]+)\\b");
  return DayNamed(piece) && Matches(piece, to_whom);
}

bool ReadsAsRecap(absl::string_view piece) {
  static const RE2& address =
      *new RE2("(?i)^(?:just )?(?:to|for|on|in|at|with|from) |^see you\\b|^(?:[A-Z] )+[A-Z]$");
  static const RE2& mailbox = *new RE2("(?i)@| at \\S+ dot |\\w dot \\w+ at ");
  static const RE2& judgement =
      *new RE2("(?i)^\\w+'s (?:\\w+ )?(?:hard|easy|fair|true|fine|good)\\b");
  return !Matches(piece, address) && !Matches(piece, judgement) && !Matches(piece, mailbox) &&
         !IsDirectiveVerb(piece.substr(0, piece.find(' ')));
}

bool IsPrivate(absl::string_view piece) { return Says(piece, "private"); }

bool StaysOut(absl::string_view piece) {
  return Says(piece, "left.out") || Says(piece, "parting") || Says(piece, "elsewhere");
}

bool IsCivil(absl::string_view piece) {
  static const RE2& agrees = *new RE2(
      "(?i)^\\S+(?: the \\S+)? (?:works|is good|is fine)$|"
      "^to (?:you|me)(?:,? \\w+)?(?:,? copy \\w+)?$|,? and that \\w+$");
  return !Says(piece, "manners") && !Says(piece, "rough") && !Matches(piece, agrees);
}

}  // namespace throughline::router::extractive
