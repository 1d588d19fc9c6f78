#include "services/memory/domain/query_dates.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace throughline::memory {
namespace {

constexpr std::array<absl::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

// 1 to 12; 0 when `word` is no month. "may" and "march" are months only with a capital.
int MonthOf(absl::string_view word) {
  if (word.size() < 3) return 0;
  const std::string lower = absl::AsciiStrToLower(word);
  const auto it = std::find(kMonths.begin(), kMonths.end(), lower);
  if (it == kMonths.end()) return 0;
  const bool capital = absl::ascii_isupper(static_cast<unsigned char>(word[0]));
  if ((lower == "may" || lower == "march") && !capital) return 0;
  return static_cast<int>(it - kMonths.begin()) + 1;
}

// The year that `digits` say, of this century or the one before; 0 when they say none.
int YearOf(absl::string_view digits) {
  int year = 0;
  const bool fits =
      digits.size() == 4 && absl::ascii_isdigit(static_cast<unsigned char>(digits[0]));
  return fits && absl::SimpleAtoi(digits, &year) && year >= 1900 && year < 2100 ? year : 0;
}

// Takes the letters, or digits, or the one other character in front off `text`, which is not empty.
absl::string_view TakeRun(absl::string_view* text) {
  const auto kind = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return absl::ascii_isalpha(byte) ? 1 : absl::ascii_isdigit(byte) ? 2 : 0;
  };
  size_t end = 1;
  while (kind((*text)[0]) != 0 && end < text->size() && kind((*text)[end]) == kind((*text)[0])) {
    ++end;
  }
  const absl::string_view run = text->substr(0, end);
  text->remove_prefix(end);
  return run;
}

re2::StringPiece Piece(absl::string_view text) { return {text.data(), text.size()}; }

QueryDates::Period MonthPeriod(absl::CivilMonth month) {
  return {absl::CivilDay(month), absl::CivilDay(month + 1) - 1};
}

// The season `name` that ended last before `today`, or runs.
QueryDates::Period LastSeason(absl::string_view name, absl::CivilDay today) {
  int first_month = 3;
  if (name == "summer") first_month = 6;
  if (name == "autumn" || name == "fall") first_month = 9;
  if (name == "winter") first_month = 12;
  absl::CivilMonth begin(today.year(), first_month);
  if (absl::CivilDay(begin + 3) > today) begin -= 12;
  return {absl::CivilDay(begin), absl::CivilDay(begin + 3) - 1};
}

absl::CivilDay MondayOf(absl::CivilDay day) {
  return absl::PrevWeekday(day + 1, absl::Weekday::monday);
}

void AddRelative(absl::string_view unit, absl::CivilDay today, QueryDates* dates) {
  if (unit == "week") {
    const absl::CivilDay monday = MondayOf(today);
    dates->periods.push_back({monday - 7, monday - 1});
  } else if (unit == "month") {
    dates->periods.push_back(MonthPeriod(absl::CivilMonth(today) - 1));
  } else if (unit == "quarter") {
    absl::CivilMonth begin(today.year(), (today.month() - 1) / 3 * 3 + 1);
    dates->periods.push_back({absl::CivilDay(begin - 3), absl::CivilDay(begin) - 1});
  } else if (unit == "year") {
    dates->years.push_back(static_cast<int>(today.year()) - 1);
  } else {
    dates->periods.push_back(LastSeason(unit, today));
  }
}

}  // namespace

QueryDates ParseQueryDates(absl::string_view query, absl::CivilDay today) {
  static const RE2 day_pattern("\\b(\\d{1,2})(?:st|nd|rd|th)?\\b");
  static const RE2 last_pattern(
      "(?i)\\b(?:last|past|previous)\\s+(week|month|quarter|year|spring|summer|autumn|fall|"
      "winter)");
  static const RE2 when_pattern(
      "(?i)^when\\b|\\bwhat (?:date|year|month|day|time)\\b|\\bwhich (?:month|year|day)\\b|"
      "\\bhow long\\b|\\bby when\\b|\\bsince when\\b");
  static const RE2 yesterday_pattern("(?i)\\byesterday\\b");
  static const RE2 today_pattern("(?i)\\btoday\\b");
  QueryDates dates;
  for (absl::string_view left = query; !left.empty();) {
    const absl::string_view run = TakeRun(&left);
    if (const int month = MonthOf(run); month != 0) dates.months.push_back(month);
    if (const int year = YearOf(run); year != 0) dates.years.push_back(year);
  }
  re2::StringPiece rest;
  std::string word;
  if (!dates.months.empty()) {
    rest = Piece(query);
    int day = 0;
    while (RE2::FindAndConsume(&rest, day_pattern, &day)) {
      if (day >= 1 && day <= 31) dates.days.push_back(day);
    }
  }
  rest = Piece(query);
  while (RE2::FindAndConsume(&rest, last_pattern, &word)) {
    AddRelative(absl::AsciiStrToLower(word), today, &dates);
  }
  if (RE2::PartialMatch(Piece(query), yesterday_pattern)) {
    dates.periods.push_back({today - 1, today - 1});
  }
  if (RE2::PartialMatch(Piece(query), today_pattern)) dates.periods.push_back({today, today});
  dates.asks_when = RE2::PartialMatch(Piece(query), when_pattern);
  return dates;
}

double DateScore(const QueryDates& dates, absl::CivilDay day) {
  double score = 0;
  const auto in = [](const std::vector<int>& set, int64_t value) {
    return std::find(set.begin(), set.end(), value) != set.end();
  };
  if (!dates.months.empty()) {
    const bool year_fits = dates.years.empty() || in(dates.years, day.year());
    if (in(dates.months, day.month()) && year_fits) {
      score = 0.5;
      for (const int wanted : dates.days) {
        // What happened on a day is often told within the week after it.
        if (day.day() == wanted) score = 1.5;
        if (day.day() > wanted && day.day() <= wanted + 7) score = std::max(score, 0.8);
      }
    }
  } else if (in(dates.years, day.year())) {
    score = 0.1;
  }
  for (const QueryDates::Period& period : dates.periods) {
    if (day >= period.first && day <= period.last) {
      score = std::max(score, period.last - period.first < 7 ? 1.5 : 0.8);
    }
  }
  return score;
}

bool SpeaksOfTime(absl::string_view text) {
  static const RE2 pattern(
      "(?i)\\b(?:yesterday|today|tonight|tomorrow|last|next|ago|week|weekend|month|quarter|year|"
      "since|recently|just|soon|earlier|later|monday|tuesday|wednesday|thursday|friday|saturday|"
      "sunday|january|february|march|april|june|july|august|september|october|november|december|"
      "20\\d\\d|\\d+(?:st|nd|rd|th))\\b");
  return RE2::PartialMatch(Piece(text), pattern);
}

}  // namespace throughline::memory
