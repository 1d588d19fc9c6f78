#include "services/router/domain/text/dates.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "services/router/domain/text/fold.h"

namespace throughline::router::text {
namespace {

constexpr int kDaysAhead = 14;  // "Friday" is this one or the next
// "The 29th" is one of the last month or of the next quarter.
constexpr int kOrdinalDaysBack = 31;
constexpr int kOrdinalDaysAhead = 92;

constexpr absl::string_view kMonths[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
constexpr absl::string_view kWeekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                           "friday", "saturday", "sunday"};

// 1 to 12 for a month's name or its first three or four letters; 0 otherwise.
int MonthOf(absl::string_view word) {
  if (word.size() < 3) return 0;
  for (int month = 1; month <= 12; ++month) {
    const absl::string_view name = kMonths[month - 1];
    if (word == name || (word.size() <= 4 && absl::StartsWith(name, word))) return month;
  }
  return 0;
}

std::optional<absl::Weekday> WeekdayOf(absl::string_view word) {
  constexpr absl::Weekday kDays[] = {absl::Weekday::monday,    absl::Weekday::tuesday,
                                     absl::Weekday::wednesday, absl::Weekday::thursday,
                                     absl::Weekday::friday,    absl::Weekday::saturday,
                                     absl::Weekday::sunday};
  for (size_t i = 0; i < 7; ++i) {
    if (word == kWeekdays[i]) return kDays[i];
  }
  return std::nullopt;
}

// A word or number of the text with its place.
struct Token {
  std::string lower;
  size_t begin;
  size_t end;
  int number = -1;       // when it starts with digits
  bool ordinal = false;  // "29th"
};

struct OrdinalWord {
  absl::string_view word;
  int value;
};
constexpr OrdinalWord kOrdinalWords[] = {
    {"first", 1},        {"second", 2},      {"third", 3},       {"fourth", 4},
    {"fifth", 5},        {"sixth", 6},       {"seventh", 7},     {"eighth", 8},
    {"ninth", 9},        {"tenth", 10},      {"eleventh", 11},   {"twelfth", 12},
    {"thirteenth", 13},  {"fourteenth", 14}, {"fifteenth", 15},  {"sixteenth", 16},
    {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},
    {"thirtieth", 30},
};

// The day that "twentieth" or, after `previous` "twenty", "fourth" stands for; 0 when none.
int OrdinalOf(absl::string_view word, absl::string_view previous) {
  for (const OrdinalWord& row : kOrdinalWords) {
    if (row.word != word) continue;
    const int tens = previous == "twenty" ? 20 : previous == "thirty" ? 30 : 0;
    return row.value < 10 ? tens + row.value : row.value;
  }
  return 0;
}

// Makes one ordinal of each spelled-out one: "twenty", "fourth" → 24th.
void JoinOrdinalWords(std::vector<Token>& tokens) {
  std::vector<Token> joined;
  for (Token& token : tokens) {
    const absl::string_view previous = joined.empty() ? "" : absl::string_view(joined.back().lower);
    const int day = OrdinalOf(token.lower, previous);
    if (day > 0) {
      token.number = day;
      token.ordinal = true;
      if (day > 20 && day != 30) {
        token.begin = joined.back().begin;
        joined.pop_back();
      }
    }
    joined.push_back(std::move(token));
  }
  tokens = std::move(joined);
}

std::vector<Token> Tokenize(absl::string_view text) {
  std::vector<Token> tokens;
  for (size_t i = 0; i < text.size();) {
    if (!absl::ascii_isalnum(text[i])) {
      ++i;
      continue;
    }
    Token token{.begin = i};
    while (i < text.size() && absl::ascii_isalnum(text[i])) ++i;
    token.end = i;
    token.lower = absl::AsciiStrToLower(text.substr(token.begin, i - token.begin));
    const size_t digits = std::min(token.lower.find_first_not_of("0123456789"), token.lower.size());
    if (digits > 0 && digits <= 4 &&
        absl::SimpleAtoi(token.lower.substr(0, digits), &token.number)) {
      const absl::string_view rest = absl::string_view(token.lower).substr(digits);
      token.ordinal = rest == "st" || rest == "nd" || rest == "rd" || rest == "th";
      if (!rest.empty() && !token.ordinal) token.number = -1;
    }
    tokens.push_back(std::move(token));
  }
  JoinOrdinalWords(tokens);
  return tokens;
}

bool IsDayNumber(const Token& token) { return token.number >= 1 && token.number <= 31; }
bool IsYear(const Token& token) { return token.number >= 1900 && token.number <= 2200; }

// The day, or nothing when the month has no such day ("February 31").
std::optional<absl::CivilDay> Valid(int year, int month, int day) {
  const absl::CivilDay civil(year, month, day);
  if (civil.month() != month || civil.day() != day) return std::nullopt;
  return civil;
}

constexpr int kLeapYearWithoutYear = 0;  // year 0 is a leap year in the proleptic calendar

// Reads a date that starts at token `i`; `used` is the number of tokens it takes.
std::optional<DateMention> ReadDate(const std::vector<Token>& tokens, size_t i, size_t& used) {
  const auto at = [&](size_t k) { return i + k < tokens.size() ? &tokens[i + k] : nullptr; };
  const Token& first = tokens[i];
  const Token* second = at(1);
  const Token* third = at(2);
  const auto finish = [&](std::optional<absl::CivilDay> day, bool has_year,
                          size_t count) -> std::optional<DateMention> {
    if (!day.has_value()) return std::nullopt;
    used = count;
    return DateMention{
        .day = *day, .has_year = has_year, .begin = first.begin, .end = tokens[i + count - 1].end};
  };
  if (second == nullptr) return std::nullopt;
  if (IsYear(first) && third != nullptr && second->number >= 1 && second->number <= 12 &&
      IsDayNumber(*third) && third->end - first.begin == 10) {
    return finish(Valid(first.number, second->number, third->number), true, 3);
  }
  int month = MonthOf(first.lower);
  const Token* day = second;
  size_t count = 2;
  if (month == 0 && IsDayNumber(first)) {
    const bool of = second->lower == "of" && third != nullptr;
    month = MonthOf(of ? third->lower : second->lower);
    day = &first;
    count = of ? 3 : 2;
  }
  if (month == 0 || !IsDayNumber(*day)) return std::nullopt;
  const Token* year = at(count);
  // "the 29th of January 2026" carries its year at most two bytes further.
  if (year != nullptr && IsYear(*year) && year->begin - tokens[i + count - 1].end <= 2) {
    return finish(Valid(year->number, month, day->number), true, count + 1);
  }
  return finish(Valid(kLeapYearWithoutYear, month, day->number), false, count);
}

absl::CivilDay EndOfMonth(absl::CivilDay day) {
  return absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
}

absl::CivilDay EndOfQuarter(absl::CivilDay day) {
  const int last_month = (day.month() + 2) / 3 * 3;
  return EndOfMonth(absl::CivilDay(day.year(), last_month, 1));
}

}  // namespace

std::vector<DateMention> FindDates(absl::string_view text) {
  std::vector<DateMention> dates;
  const std::vector<Token> tokens = Tokenize(text);
  for (size_t i = 0; i < tokens.size();) {
    size_t used = 1;
    if (const auto date = ReadDate(tokens, i, used)) dates.push_back(*date);
    i += used;
  }
  return dates;
}

std::vector<int> FindOrdinals(absl::string_view text) {
  std::vector<int> ordinals;
  for (const Token& token : Tokenize(text)) {
    if (token.ordinal) ordinals.push_back(token.number);
  }
  return ordinals;
}

void DaySet::AddRange(absl::CivilDay first, absl::CivilDay last) {
  for (absl::CivilDay day = first; day <= last; ++day) Add(day);
}

void DaySet::AddFrom(absl::string_view text, absl::CivilDay said_on) {
  for (const DateMention& date : FindDates(text)) {
    if (date.has_year) {
      Add(date.day);
    } else {
      month_days_.insert(date.day.month() * 100 + date.day.day());
    }
  }
  const std::vector<Token> tokens = Tokenize(text);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::string& word = tokens[i].lower;
    const std::string& next = i + 1 < tokens.size() ? tokens[i + 1].lower : word;
    if (const auto weekday = WeekdayOf(word)) {
      for (absl::CivilDay day = said_on - 7; day <= said_on + kDaysAhead; ++day) {
        if (absl::GetWeekday(day) == *weekday) Add(day);
      }
    } else if (word == "today" || word == "tonight") {
      Add(said_on);
    } else if (word == "tomorrow") {
      AddRange(said_on + 1, said_on + 2);  // "the day after tomorrow" included
    } else if (word == "yesterday") {
      Add(said_on - 1);
    } else if (word == "week" || word == "weeks" || word == "days" || word == "fortnight") {
      AddRange(said_on, said_on + 2 * kDaysAhead);
    } else if (word == "month" || word == "months") {
      Add(EndOfMonth(said_on));
      AddRange(EndOfMonth(said_on) + 1, EndOfMonth(EndOfMonth(said_on) + 1));
    } else if (word == "quarter" || word == "year") {
      Add(EndOfQuarter(said_on));
      Add(EndOfQuarter(EndOfQuarter(said_on) + 1));
      Add(absl::CivilDay(said_on.year(), 12, 31));
    } else if (const int month = MonthOf(word); month != 0 && word != "may" && word != "mar") {
      const absl::CivilDay first(said_on.year() + (month < said_on.month() ? 1 : 0), month, 1);
      Add(first);
      Add(EndOfMonth(first));
    } else if (tokens[i].ordinal && IsDayNumber(tokens[i])) {
      for (absl::CivilDay day = said_on - kOrdinalDaysBack; day <= said_on + kOrdinalDaysAhead;
           ++day) {
        if (day.day() == tokens[i].number) Add(day);
      }
    }
    if (word == "end" && next == "of") Add(EndOfMonth(said_on));
  }
}

bool DaySet::Contains(const DateMention& mention) const {
  if (month_days_.contains(mention.day.month() * 100 + mention.day.day())) return true;
  if (mention.has_year) return days_.contains(mention.day);
  return std::any_of(days_.begin(), days_.end(), [&](absl::CivilDay day) {
    return day.month() == mention.day.month() && day.day() == mention.day.day();
  });
}

}  // namespace throughline::router::text
