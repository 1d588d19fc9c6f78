#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_DATES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_DATES_H_

#include <cstddef>
#include <cstdint>
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

// A text read once for everything it says of days. Immutable; thread-safe.
class DateText {
 public:
  // Borrows `text`.
  explicit DateText(absl::string_view text);

  std::vector<DateMention> Dates() const;
  // The values of ordinals, spelled out or not: "the 29th", "twenty-fourth".
  std::vector<int> Ordinals() const;

 private:
  friend class DaySet;

  enum class Meaning : uint8_t {
    kOther,
    kMonth,    // value: 1 to 12
    kWeekday,  // value: 0, Monday, to 6
    kOrdinal,  // value: 1 to 30
    kTens,     // value: 20 or 30
    kToday,
    kTomorrow,
    kYesterday,
    kWeeks,
    kMonths,
    kQuarterOrYear,
    kEnd,
    kOf,
  };
  // What a word says of days.
  struct Word {
    Meaning meaning = Meaning::kOther;
    int8_t value = 0;
    bool is_also_other_word = false;  // "may", "mar": a month only beside a day
  };
  // A word or number of the text with its place.
  struct Token {
    uint32_t begin = 0;
    uint32_t end = 0;
    int32_t number = -1;   // when it starts with digits or is an ordinal
    bool ordinal = false;  // "29th"
    Word word;

    bool IsDayNumber() const { return number >= 1 && number <= 31; }
    bool IsYear() const { return number >= 1900 && number <= 2200; }
  };

  static Word Look(absl::string_view word);
  static void ReadNumber(absl::string_view word, Token& token);
  bool ReadDate(size_t i, DateMention& date, size_t& used) const;

  absl::string_view text_;
  std::vector<Token> tokens_;
};

std::vector<DateMention> FindDates(absl::string_view text);

// The days that a text may speak of. Generous: it answers "could that day have been meant?".
class DaySet {
 public:
  void Add(absl::CivilDay day) { days_.insert(day); }
  // Adds the days `text` names, those it names relative to `said_on` included: "Friday", "the
  // 29th", "tomorrow", "next week", "in two weeks", "end of the month", "next quarter".
  void AddFrom(absl::string_view text, absl::CivilDay said_on) { AddFrom(DateText(text), said_on); }
  void AddFrom(const DateText& text, absl::CivilDay said_on);
  // Whether the mention can be one of the days; without a year, by month and day.
  bool Contains(const DateMention& mention) const;

 private:
  void AddRange(absl::CivilDay first, absl::CivilDay last);
  void AddRelative(const DateText::Word& word, absl::CivilDay said_on);
  void AddOrdinal(int number, absl::CivilDay said_on);
  bool IsFirst(int slot, absl::CivilDay said_on);

  absl::flat_hash_set<absl::CivilDay> days_;
  absl::flat_hash_set<int> month_days_;  // month × 100 + day of explicit dates without a year
  // The relative days that were added for `relative_to_`, one bit each: speech repeats them.
  absl::CivilDay relative_to_;
  uint64_t added_ = 0;
};

}  // namespace throughline::router::text

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_TEXT_DATES_H_
