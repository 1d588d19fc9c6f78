#include "services/router/domain/text/dates.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace throughline::router::text {
namespace {

constexpr int kDaysAhead = 14;  // "Friday" is this one or the next
// "The 29th" is one of the last month or of the next quarter.
constexpr int kOrdinalDaysBack = 31;
constexpr int kOrdinalDaysAhead = 92;

constexpr absl::string_view kMonths[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
constexpr size_t kShortestMonth = 3;  // "Jan"
constexpr size_t kLongestShortMonth = 4;
constexpr absl::string_view kWeekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                           "friday", "saturday", "sunday"};

struct OrdinalWord {
  absl::string_view word;
  int8_t value;
};
constexpr OrdinalWord kOrdinalWords[] = {
    {"first", 1},        {"second", 2},      {"third", 3},       {"fourth", 4},
    {"fifth", 5},        {"sixth", 6},       {"seventh", 7},     {"eighth", 8},
    {"ninth", 9},        {"tenth", 10},      {"eleventh", 11},   {"twelfth", 12},
    {"thirteenth", 13},  {"fourteenth", 14}, {"fifteenth", 15},  {"sixteenth", 16},
    {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},
    {"thirtieth", 30},
};

constexpr size_t kMaxWordLength = 11;  // "seventeenth"

// The day, or nothing when the month has no such day ("February 31").
std::optional<absl::CivilDay> Valid(int year, int month, int day) {
  const absl::CivilDay civil(year, month, day);
  if (civil.month() != month || civil.day() != day) return std::nullopt;
  return civil;
}

constexpr int kLeapYearWithoutYear = 0;  // year 0 is a leap year in the proleptic calendar

absl::CivilDay EndOfMonth(absl::CivilDay day) {
  return absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
}

absl::CivilDay EndOfQuarter(absl::CivilDay day) {
  const int last_month = (day.month() + 2) / 3 * 3;
  return EndOfMonth(absl::CivilDay(day.year(), last_month, 1));
}

// Words by spelling, and for each first letter the lengths they have: most words of a text are
// ruled out without a look-up.
template <typename Word>
struct WordTable {
  absl::flat_hash_map<absl::string_view, Word> words;
  std::array<uint16_t, 26> lengths{};

  void Add(absl::string_view word, Word value) {
    words.emplace(word, value);
    lengths[word[0] - 'a'] |= static_cast<uint16_t>(1u << word.size());
  }
};

// Places in DaySet::added_, one for each relative day there is.
constexpr int kWeekdaySlot = 0;
constexpr int kMonthSlot = 7;     // months count from 1
constexpr int kOrdinalSlot = 19;  // days count from 1
constexpr int kOtherSlot = 51;

}  // namespace

DateText::Word DateText::Look(absl::string_view word) {
  static const WordTable<Word>& table = *[] {
    auto* words = new WordTable<Word>;
    for (int8_t month = 1; month <= 12; ++month) {
      const absl::string_view name = kMonths[month - 1];
      for (size_t length = kShortestMonth; length <= kLongestShortMonth; ++length) {
        const absl::string_view spelling = name.substr(0, length);
        words->Add(spelling, {Meaning::kMonth, month, spelling == "may" || spelling == "mar"});
      }
      words->Add(name, {Meaning::kMonth, month});
    }
    for (int8_t day = 0; day < 7; ++day) words->Add(kWeekdays[day], {Meaning::kWeekday, day});
    for (const OrdinalWord& row : kOrdinalWords) {
      words->Add(row.word, {Meaning::kOrdinal, row.value});
    }
    words->Add("twenty", {Meaning::kTens, 20});
    words->Add("thirty", {Meaning::kTens, 30});
    for (const char* today : {"today", "tonight"}) words->Add(today, {Meaning::kToday});
    words->Add("tomorrow", {Meaning::kTomorrow});
    words->Add("yesterday", {Meaning::kYesterday});
    for (const char* span : {"week", "weeks", "days", "fortnight"}) {
      words->Add(span, {Meaning::kWeeks});
    }
    for (const char* span : {"month", "months"}) words->Add(span, {Meaning::kMonths});
    for (const char* span : {"quarter", "year"}) words->Add(span, {Meaning::kQuarterOrYear});
    words->Add("end", {Meaning::kEnd});
    words->Add("of", {Meaning::kOf});
    return words;
  }();
  char lower[kMaxWordLength];
  const char first = absl::ascii_tolower(static_cast<unsigned char>(word[0]));
  if (first < 'a' || first > 'z' || word.size() > kMaxWordLength) return {};
  if ((table.lengths[first - 'a'] >> word.size() & 1) == 0) return {};
  for (size_t i = 0; i < word.size(); ++i) {
    lower[i] = absl::ascii_tolower(static_cast<unsigned char>(word[i]));
  }
  const auto found = table.words.find(absl::string_view(lower, word.size()));
  return found == table.words.end() ? Word() : found->second;
}

// Reads "29" and "29th"; other words with digits in them are no numbers.
void DateText::ReadNumber(absl::string_view word, Token& token) {
  constexpr size_t kMaxDigits = 4;
  int number = 0;
  size_t digits = 0;
  while (digits < word.size() && absl::ascii_isdigit(static_cast<unsigned char>(word[digits]))) {
    if (digits == kMaxDigits) return;
    number = number * 10 + (word[digits++] - '0');
  }
  if (digits == 0) return;
  const absl::string_view rest = word.substr(digits);
  const auto is = [rest](char first, char second) {
    return absl::ascii_tolower(static_cast<unsigned char>(rest[0])) == first &&
           absl::ascii_tolower(static_cast<unsigned char>(rest[1])) == second;
  };
  token.ordinal =
      rest.size() == 2 && (is('s', 't') || is('n', 'd') || is('r', 'd') || is('t', 'h'));
  if (rest.empty() || token.ordinal) token.number = number;
}

DateText::DateText(absl::string_view text) : text_(text) {
  constexpr size_t kBytesPerWord = 4;
  tokens_.reserve(text.size() / kBytesPerWord + 1);
  for (size_t i = 0; i < text.size();) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(text[i]))) {
      ++i;
      continue;
    }
    Token token{.begin = static_cast<uint32_t>(i)};
    while (i < text.size() && absl::ascii_isalnum(static_cast<unsigned char>(text[i]))) ++i;
    token.end = static_cast<uint32_t>(i);
    const absl::string_view word = text.substr(token.begin, token.end - token.begin);
    ReadNumber(word, token);
    token.word = Look(word);
    if (token.word.meaning == Meaning::kOrdinal) {
      // "twenty", "fourth" → 24th.
      const bool tens = token.word.value < 10 && !tokens_.empty() &&
                        tokens_.back().word.meaning == Meaning::kTens;
      token.number = token.word.value + (tens ? tokens_.back().word.value : 0);
      token.ordinal = true;
      if (tens) {
        token.begin = tokens_.back().begin;
        tokens_.pop_back();
      }
    }
    tokens_.push_back(token);
  }
}

// Reads a date that starts at token `i`; `used` is the number of tokens it takes.
bool DateText::ReadDate(size_t i, DateMention& date, size_t& used) const {
  const auto at = [&](size_t k) { return i + k < tokens_.size() ? &tokens_[i + k] : nullptr; };
  const Token& first = tokens_[i];
  const Token* second = at(1);
  const Token* third = at(2);
  const auto words = [&](const Token& token) {
    return text_.substr(token.begin, token.end - token.begin);
  };
  const auto finish = [&](std::optional<absl::CivilDay> day, bool has_year, size_t count) {
    if (!day.has_value()) return false;
    used = count;
    date = {
        .day = *day, .has_year = has_year, .begin = first.begin, .end = tokens_[i + count - 1].end};
    return true;
  };
  const bool is_month = first.word.meaning == Meaning::kMonth;
  if (second == nullptr || (first.number < 0 && !is_month)) return false;
  if (first.IsYear() && third != nullptr && second->number >= 1 && second->number <= 12 &&
      third->IsDayNumber() && third->end - first.begin == 10) {
    return finish(Valid(first.number, second->number, third->number), true, 3);
  }
  const auto month_of = [](const Token& token) {
    return token.word.meaning == Meaning::kMonth ? int{token.word.value} : 0;
  };
  int month = month_of(first);
  const Token* day = second;
  size_t count = 2;
  if (month == 0 && first.IsDayNumber()) {
    const bool of = second->word.meaning == Meaning::kOf && third != nullptr;
    month = month_of(of ? *third : *second);
    day = &first;
    count = of ? 3 : 2;
  }
  const bool the = day == second && third != nullptr && third->ordinal &&
                   absl::EqualsIgnoreCase(words(*second), "the");
  if (the) {  // "April the twelfth"
    day = third;
    count = 3;
  }
  if (month == 0 || !day->IsDayNumber()) return false;
  const Token* year = at(count);
  // "the 29th of January 2026" carries its year at most two bytes further.
  if (year != nullptr && year->IsYear() && year->begin - tokens_[i + count - 1].end <= 2) {
    return finish(Valid(year->number, month, day->number), true, count + 1);
  }
  return finish(Valid(kLeapYearWithoutYear, month, day->number), false, count);
}

std::vector<DateMention> DateText::Dates() const {
  std::vector<DateMention> dates;
  for (size_t i = 0; i < tokens_.size();) {
    size_t used = 1;
    DateMention date;
    if (ReadDate(i, date, used)) dates.push_back(date);
    i += used;
  }
  return dates;
}

std::vector<int> DateText::Ordinals() const {
  std::vector<int> ordinals;
  for (const Token& token : tokens_) {
    if (token.ordinal) ordinals.push_back(token.number);
  }
  return ordinals;
}

std::vector<DateMention> FindDates(absl::string_view text) { return DateText(text).Dates(); }

void DaySet::AddRange(absl::CivilDay first, absl::CivilDay last) {
  for (absl::CivilDay day = first; day <= last; ++day) Add(day);
}

// Whether the relative day at `slot` was not added for `said_on` yet; remembers it.
bool DaySet::IsFirst(int slot, absl::CivilDay said_on) {
  if (said_on != relative_to_) {
    relative_to_ = said_on;
    added_ = 0;
  }
  const uint64_t bit = uint64_t{1} << slot;
  const bool first = (added_ & bit) == 0;
  added_ |= bit;
  return first;
}

void DaySet::AddRelative(const DateText::Word& word, absl::CivilDay said_on) {
  using Meaning = DateText::Meaning;
  const int slot = word.meaning == Meaning::kWeekday ? kWeekdaySlot + word.value
                   : word.meaning == Meaning::kMonth ? kMonthSlot + word.value - 1
                                                     : kOtherSlot + static_cast<int>(word.meaning);
  if (!IsFirst(slot, said_on)) return;
  switch (word.meaning) {
    case Meaning::kWeekday: {
      const absl::Weekday weekday = static_cast<absl::Weekday>(word.value);
      for (absl::CivilDay day = said_on - 7; day <= said_on + kDaysAhead; ++day) {
        if (absl::GetWeekday(day) == weekday) Add(day);
      }
      break;
    }
    case Meaning::kToday:
      Add(said_on);
      break;
    case Meaning::kTomorrow:
      AddRange(said_on + 1, said_on + 2);  // "the day after tomorrow" included
      break;
    case Meaning::kYesterday:
      Add(said_on - 1);
      break;
    case Meaning::kWeeks:
      AddRange(said_on, said_on + 2 * kDaysAhead);
      break;
    case Meaning::kMonths:
      Add(EndOfMonth(said_on));
      AddRange(EndOfMonth(said_on) + 1, EndOfMonth(EndOfMonth(said_on) + 1));
      break;
    case Meaning::kQuarterOrYear:
      Add(EndOfQuarter(said_on));
      Add(EndOfQuarter(EndOfQuarter(said_on) + 1));
      Add(absl::CivilDay(said_on.year(), 12, 31));
      break;
    case Meaning::kMonth: {
      const absl::CivilDay first(said_on.year() + (word.value < said_on.month() ? 1 : 0),
                                 word.value, 1);
      Add(first);
      Add(EndOfMonth(first));
      break;
    }
    case Meaning::kEnd:
      Add(EndOfMonth(said_on));
      break;
    default:
      break;
  }
}

void DaySet::AddOrdinal(int number, absl::CivilDay said_on) {
  if (!IsFirst(kOrdinalSlot + number - 1, said_on)) return;
  const absl::CivilDay first = said_on - kOrdinalDaysBack;
  const absl::CivilDay last = said_on + kOrdinalDaysAhead;
  for (absl::CivilMonth month(first); month <= absl::CivilMonth(last); ++month) {
    const absl::CivilDay day = absl::CivilDay(month) + (number - 1);
    if (absl::CivilMonth(day) == month && first <= day && day <= last) Add(day);
  }
}

void DaySet::AddFrom(const DateText& text, absl::CivilDay said_on) {
  using Meaning = DateText::Meaning;
  for (const DateMention& date : text.Dates()) {
    if (date.has_year) {
      Add(date.day);
    } else {
      month_days_.insert(date.day.month() * 100 + date.day.day());
    }
  }
  const auto& tokens = text.tokens_;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const DateText::Token& token = tokens[i];
    if (token.ordinal) {
      if (token.IsDayNumber()) AddOrdinal(token.number, said_on);
    } else if (token.word.meaning == Meaning::kEnd) {
      const bool of = i + 1 < tokens.size() && tokens[i + 1].word.meaning == Meaning::kOf;
      if (of) AddRelative(token.word, said_on);
    } else if (token.word.meaning != Meaning::kOther && !token.word.is_also_other_word) {
      AddRelative(token.word, said_on);
    }
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
