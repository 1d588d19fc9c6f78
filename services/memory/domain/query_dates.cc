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
  const std::string lower = absl::AsciiStrToLower(word);
  const auto it = std::find(kMonths.begin(), kMonths.end(), lower);
  if (it == kMonths.end()) return 0;
  const bool capital = absl::ascii_isupper(static_cast<unsigned char>(word[0]));
  if ((lower == "may" || lower == "march") && !capital) return 0;
  return static_cast<int>(it - kMonths.begin()) + 1;
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
  static const RE2 word_pattern("([A-Za-z]+|\\d+)");
  static const RE2 year_pattern("(?:19|20)\\d\\d");
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
  re2::StringPiece rest = Piece(query);
  std::string word;
  while (RE2::FindAndConsume(&rest, word_pattern, &word)) {
    if (const int month = MonthOf(word); month != 0) dates.months.push_back(month);
    if (RE2::FullMatch(word, year_pattern)) {
      int year = 0;
      if (absl::SimpleAtoi(word, &year)) dates.years.push_back(year);
    }
  }
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
