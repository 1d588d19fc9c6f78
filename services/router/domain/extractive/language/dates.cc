#include "services/router/domain/extractive/language/dates.h"

#include <array>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/router/domain/extractive/language/numbers.h"
#include "services/router/domain/extractive/language/word_lists.h"
#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {
namespace {

// A month named without a year may lie this many months back ("we started in November").
constexpr int kMonthsBackAllowed = 2;

const std::array<absl::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
const std::array<absl::string_view, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};

struct MonthWord {
  int month = 0;
  bool only_capital = false;  // in small letters another word, or none
};

WordMap<MonthWord> MonthWords() {
  WordMap<MonthWord> words;
  for (size_t i = 0; i < kMonths.size(); ++i) {
    const absl::string_view name = kMonths[i];
    const int month = static_cast<int>(i) + 1;
    words.Add(name, {month, name == "may" || name == "march"});
  }
  for (size_t i = 0; i < kMonths.size(); ++i) {
    for (const size_t letters : {3, 4}) {
      const absl::string_view abbreviated = kMonths[i].substr(0, letters);
      if (abbreviated != "mar") words.Add(abbreviated, {static_cast<int>(i) + 1, true});
    }
  }
  return words;
}

// 1 to 12; 0 for words that mean no month.
int MonthOf(const Token& token) {
  static const auto* const kWords = new WordMap<MonthWord>(MonthWords());
  const MonthWord* const word = kWords->Find(token.text);
  return word == nullptr || (word->only_capital && !token.capital) ? 0 : word->month;
}

std::optional<absl::Weekday> WeekdayOf(const Token& token) {
  static const auto* const kWords = [] {
    auto* words = new WordMap<absl::Weekday>;
    for (size_t i = 0; i < kWeekdays.size(); ++i) {
      words->Add(kWeekdays[i], static_cast<absl::Weekday>(i));
    }
    return words;
  }();
  const absl::Weekday* const weekday = kWords->Find(token.text);
  return weekday == nullptr ? std::nullopt : std::optional<absl::Weekday>(*weekday);
}

bool IsNoComingDay(const Token& before) {
  return before.text == "a" || before.text == "the" || before.text == "every" ||
         before.text == "each" || before.text == "any" || before.text == "last" ||
         before.text == "most";
}

absl::CivilDay LastOfMonth(absl::CivilMonth month) { return absl::CivilDay(month + 1) - 1; }

// The year that makes `month` lie around or after the call.
absl::CivilMonth NearestMonth(int month, absl::CivilDay today) {
  absl::CivilMonth candidate(today.year(), month);
  if (candidate < absl::CivilMonth(today) - kMonthsBackAllowed) candidate += 12;
  return candidate;
}

std::optional<absl::CivilDay> DayInMonth(absl::CivilMonth month, double day) {
  if (day < 1 || day > 31) return std::nullopt;
  const absl::CivilDay candidate(month.year(), month.month(), static_cast<int>(day));
  if (absl::CivilMonth(candidate) != month) return std::nullopt;
  return candidate;
}

// Whether a date can begin with the word: what spares most words of a call the rules below.
bool MayBeginDate(const Token& token) {
  static const auto* const kWords = [] {
    auto* words = new WordSet(WordList("begins a date"));
    for (const absl::string_view month : kMonths) {
      for (const size_t length : {month.size(), size_t{3}, size_t{4}}) {
        words->Add(month.substr(0, length));
      }
    }
    for (const absl::string_view weekday : kWeekdays) words->Add(weekday);
    return words;
  }();
  return kWords->contains(token.text) || IsNumberWord(token.text) || IsOrdinalWord(token.text);
}

class DateFinder {
 public:
  DateFinder(const std::vector<Token>& tokens, size_t last, absl::CivilDay today)
      : tokens_(tokens), last_(last), today_(today) {}

  std::optional<DateMention> At(size_t at) {
    for (const auto rule :
         {&DateFinder::Iso, &DateFinder::WeekdayThenDate, &DateFinder::MonthThenDay,
          &DateFinder::DayThenMonth, &DateFinder::Relative, &DateFinder::PartOfMonth,
          &DateFinder::OrdinalAlone, &DateFinder::InSomeTime}) {
      if (std::optional<DateMention> found = (this->*rule)(at)) return found;
    }
    return std::nullopt;
  }

 private:
  absl::string_view Word(size_t at) const {
    return at < last_ ? absl::string_view(tokens_[at].text) : absl::string_view();
  }
  int Month(size_t at) const { return at < last_ ? MonthOf(tokens_[at]) : 0; }
  static DateMention Found(absl::CivilDay day, size_t first, size_t last, bool exact) {
    return {day, first, last, exact};
  }

  // 2026-02-04 arrives as three numbers, the hyphens gone.
  std::optional<DateMention> Iso(size_t at) {
    if (at + 2 >= last_ || Word(at).size() != 4 || Word(at + 1).size() != 2) return std::nullopt;
    if (tokens_[at].end + 1 != tokens_[at + 1].begin) return std::nullopt;
    const auto year = NumberAt(tokens_, at, last_);
    const auto month = NumberAt(tokens_, at + 1, last_);
    const auto day = NumberAt(tokens_, at + 2, last_);
    if (!year || !month || !day || year->value < 1990 || month->value > 12 || month->value < 1) {
      return std::nullopt;
    }
    const absl::CivilMonth in(static_cast<int>(year->value), static_cast<int>(month->value));
    const auto resolved = DayInMonth(in, day->value);
    if (!resolved) return std::nullopt;
    return Found(*resolved, at, at + 3, true);
  }

  // "January 16th", "March third", "April 9 2026".
  std::optional<DateMention> MonthThenDay(size_t at) {
    const int month = Month(at);
    if (month == 0) return std::nullopt;
    size_t next = at + 1;
    if (Word(next) == "the") ++next;
    const auto number = NumberAt(tokens_, next, last_);
    if (!number || number->dollars || number->percent) return std::nullopt;
    absl::CivilMonth in = NearestMonth(month, today_);
    size_t end = number->last_token;
    if (const auto year = NumberAt(tokens_, end, last_);
        year && year->value >= 1990 && year->value < 2100) {
      in = absl::CivilMonth(static_cast<int>(year->value), month);
      end = year->last_token;
    }
    const auto day = DayInMonth(in, number->value);
    if (!day) return std::nullopt;
    return Found(*day, at, end, true);
  }

  // "the 3rd of March", "16 January".
  std::optional<DateMention> DayThenMonth(size_t at) {
    size_t first = at;
    if (Word(first) == "the") ++first;
    const auto number = NumberAt(tokens_, first, last_);
    if (!number || number->dollars || number->percent) return std::nullopt;
    size_t next = number->last_token;
    const bool of = Word(next) == "of";
    if (of) ++next;
    const int month = Month(next);
    if (month == 0 || (!of && !number->ordinal && number->last_token - first > 1)) {
      return std::nullopt;
    }
    const auto day = DayInMonth(NearestMonth(month, today_), number->value);
    if (!day) return std::nullopt;
    return Found(*day, at, next + 1, true);
  }

  // "Thursday the 29th", "Friday, January 16th", "next Thursday", "Monday".
  std::optional<DateMention> WeekdayThenDate(size_t at) {
    size_t next = at;
    const bool this_or_next = Word(at) == "next" || Word(at) == "this" || Word(at) == "on";
    if (this_or_next) ++next;
    if (next >= last_) return std::nullopt;
    const auto weekday = WeekdayOf(tokens_[next]);
    if (!weekday) return std::nullopt;
    for (const auto rule :
         {&DateFinder::MonthThenDay, &DateFinder::DayThenMonth, &DateFinder::OrdinalAlone}) {
      if (std::optional<DateMention> dated = (this->*rule)(next + 1)) {
        dated->first_token = at;
        return dated;
      }
    }
    // "That's a Thursday", "every Friday", "last Monday", "the Tuesday after": not the coming one.
    if (!this_or_next && at > 0 && IsNoComingDay(tokens_[at - 1])) return std::nullopt;
    absl::CivilDay day = absl::NextWeekday(today_, *weekday);
    const bool after_next_week = Word(at) == "next" && day - today_ < 7 &&
                                 absl::GetWeekday(today_) < *weekday && day - today_ <= 1;
    if (after_next_week) day += 7;
    return Found(day, at, next + 1, true);
  }

  // "the 29th", "twenty-first"; a bare ordinal word needs "the" or is at least a teen.
  std::optional<DateMention> OrdinalAlone(size_t at) {
    size_t next = at;
    if (Word(at) == "the") ++next;
    const auto number = NumberAt(tokens_, next, last_);
    const bool impossible_day = at > 0 && Month(at - 1) != 0;
    if (!number || !number->ordinal || impossible_day) return std::nullopt;
    const bool digits = absl::EndsWith(Word(next), "th") || absl::EndsWith(Word(next), "st") ||
                        absl::EndsWith(Word(next), "nd") || absl::EndsWith(Word(next), "rd");
    if (number->value < 4 && !(digits && Word(next).size() <= 4)) return std::nullopt;
    if (CountsThings(number->last_token)) return std::nullopt;
    absl::CivilMonth month(today_);
    for (int tries = 0; tries < 3; ++tries, month += 1) {
      const auto day = DayInMonth(month, number->value);
      if (day && *day > today_) return Found(*day, at, number->last_token, true);
    }
    return std::nullopt;
  }

  // "the fourth clause": what follows directly is what the ordinal counts.
  bool CountsThings(size_t after) const {
    if (after >= last_ || tokens_[after].before != 0 || IsStopWord(tokens_[after].text)) {
      return false;
    }
    static constexpr absl::string_view kDayWords =
        " morning afternoon evening noon lunch works work suits good fine great perfect please "
        "instead latest then too okay sounds is are was if when because so and or at ";
    return !absl::StrContains(kDayWords, absl::StrCat(" ", tokens_[after].text, " ")) &&
           !WeekdayOf(tokens_[after]) && !NumberAt(tokens_, after, last_);
  }

  // "today", "tomorrow", "next week", "this month", "end of the week".
  std::optional<DateMention> Relative(size_t at) {
    if (Word(at) == "today" || Word(at) == "tonight") return Found(today_, at, at + 1, true);
    if (Word(at) == "tomorrow") return Found(today_ + 1, at, at + 1, true);
    if (Word(at) == "end" && Word(at + 1) == "of") {
      const size_t unit = Word(at + 2) == "the" || Word(at + 2) == "this" || Word(at + 2) == "next"
                              ? at + 3
                              : at + 2;
      const int ahead = Word(at + 2) == "next" ? 1 : 0;
      if (Word(unit) == "week" || Word(unit) == "day") {
        const absl::CivilDay friday = absl::NextWeekday(today_ - 1, absl::Weekday::friday);
        return Found(Word(unit) == "day" ? today_ : friday + 7 * ahead, at, unit + 1, true);
      }
      if (Word(unit) == "month") {
        return Found(LastOfMonth(absl::CivilMonth(today_) + ahead), at, unit + 1, true);
      }
      if (Word(unit) == "year")
        return Found(absl::CivilDay(today_.year() + ahead, 12, 31), at, unit + 1, true);
      if (Word(unit) == "quarter") {
        const int last_month = ((today_.month() - 1) / 3 + 1 + ahead) * 3;
        const absl::CivilMonth month = absl::CivilMonth(today_.year(), 1) + (last_month - 1);
        return Found(LastOfMonth(month), at, unit + 1, true);
      }
    }
    if (Word(at) != "next") return std::nullopt;
    if (Word(at + 1) == "week") {
      const absl::CivilDay monday = absl::NextWeekday(today_, absl::Weekday::monday);
      return Found(monday + 4, at, at + 2, false);
    }
    if (Word(at + 1) == "month") {
      return Found(LastOfMonth(absl::CivilMonth(today_) + 1), at, at + 2, false);
    }
    return std::nullopt;
  }

  // "end of April", "mid November", "early June", "by March", "in September".
  std::optional<DateMention> PartOfMonth(size_t at) {
    size_t next = at;
    int day = 0;  // 0: the last of the month
    const absl::string_view word = Word(at);
    if (word == "end" || word == "middle" || word == "start" || word == "beginning") {
      if (Word(at + 1) != "of") return std::nullopt;
      next = at + 2;
      day = word == "end" ? 0 : word == "middle" ? 15 : 1;
    } else if (word == "mid" || word == "early" || word == "late") {
      next = at + 1;
      day = word == "mid" ? 15 : word == "early" ? 7 : 0;
    } else if (word == "by" || word == "in" || word == "until" || word == "before") {
      next = at + 1;
      if (next < last_ && MonthThenDay(next)) return std::nullopt;  // "by March seventh"
    } else {
      return std::nullopt;
    }
    const int month = Month(next);
    if (month == 0) return std::nullopt;
    const absl::CivilMonth in = NearestMonth(month, today_);
    const absl::CivilDay resolved = day == 0 ? LastOfMonth(in) : absl::CivilDay(in) + (day - 1);
    return Found(resolved, at, next + 1, word == "end");
  }

  // "in two weeks", "within ten days", "a week".
  std::optional<DateMention> InSomeTime(size_t at) {
    size_t next = at;
    const bool prefixed = Word(at) == "in" || Word(at) == "within";
    if (prefixed) ++next;
    double count = 0;
    if (Word(next) == "a") {
      count = 1;
      ++next;
    } else if (const auto number = NumberAt(tokens_, next, last_);
               prefixed && number && !number->ordinal) {
      count = number->value;
      next = number->last_token;
    } else {
      return std::nullopt;
    }
    const absl::string_view unit = Word(next);
    int days = 0;
    if (unit == "day" || unit == "days") days = 1;
    if (unit == "week" || unit == "weeks") days = 7;
    if (unit == "month" || unit == "months") days = 30;
    if (days == 0 || count > 400 || (!prefixed && unit != "week")) return std::nullopt;
    return Found(today_ + static_cast<int>(count) * days, at, next + 1, false);
  }

  const std::vector<Token>& tokens_;
  const size_t last_;
  const absl::CivilDay today_;
};

}  // namespace

std::vector<DateMention> FindDates(const Reading& reading, size_t first, size_t last,
                                   absl::CivilDay today) {
  std::vector<DateMention> found;
  DateFinder finder(reading.tokens, last, today);
  for (size_t i = first; i < last;) {
    const std::optional<DateMention> date =
        MayBeginDate(reading.tokens[i]) ? finder.At(i) : std::nullopt;
    if (!date) {
      ++i;
      continue;
    }
    found.push_back(*date);
    i = date->last_token;
  }
  return found;
}

std::string FormatDay(absl::CivilDay day) {
  const auto capital = [](absl::string_view name) {
    std::string text(name);
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  };
  return absl::StrFormat("%s, %s %d",
                         capital(kWeekdays[static_cast<size_t>(absl::GetWeekday(day))]),
                         capital(kMonths[day.month() - 1]), day.day());
}

}  // namespace throughline::router::extractive
