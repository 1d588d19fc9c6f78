#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/numbers.h"

namespace throughline::router::extractive {
namespace {

bool IsDigits(absl::string_view word) {
  return !word.empty() &&
         (absl::ascii_isdigit(static_cast<unsigned char>(word.front())) || word.front() == '$');
}

bool IsScale(absl::string_view word) {
  return word == "hundred" || word == "thousand" || word == "million" || word == "billion";
}

// "4,800", "19.5".
std::string Grouped(double value) {
  if (value != std::floor(value)) return absl::StrCat(value);
  const std::string digits = absl::StrCat(static_cast<int64_t>(value));
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped.push_back(',');
    grouped.push_back(digits[i]);
  }
  return grouped;
}

// Words whose reading as one number is beyond doubt: a scale word, or tens and a unit.
bool Certain(const std::vector<Token>& tokens, const NumberMention& number, size_t words_end) {
  const size_t count = words_end - number.first_token;
  if (count < 2 || number.ordinal) return false;
  bool scale = false;
  for (size_t i = number.first_token; i < words_end; ++i) {
    if (IsDigits(tokens[i].text)) return false;
    scale = scale || IsScale(tokens[i].text);
  }
  return scale || (count == 2 && number.value > 20 && number.value < 100);
}

// "nineteen five": the words before or after may belong to the same figure.
bool Touches(const std::vector<Token>& tokens, size_t first, size_t last) {
  const bool before =
      first > 0 && tokens[first].before == 0 && IsNumberWord(tokens[first - 1].text);
  const bool after =
      last < tokens.size() && tokens[last].before == 0 && IsNumberWord(tokens[last].text);
  return before || after;
}

// "Five point two million": neither half is a number by itself.
bool IsOfDecimal(const std::vector<Token>& tokens, size_t first, size_t last) {
  const auto point = [&](size_t at) {
    return at > 0 && at + 1 < tokens.size() && tokens[at].text == "point" &&
           IsNumberWord(tokens[at - 1].text) && IsNumberWord(tokens[at + 1].text);
  };
  return point(last) || (first > 0 && point(first - 1));
}

bool IsMonth(absl::string_view word) {
  static constexpr absl::string_view kMonths =
      " january february march april may june july august september october november december jan "
      "feb mar apr jun jul aug sep sept oct nov dec ";
  return absl::StrContains(kMonths, absl::StrCat(" ", word, " "));
}

bool IsWeekday(absl::string_view word) {
  static constexpr absl::string_view kDays =
      " monday tuesday wednesday thursday friday saturday sunday tomorrow ";
  return absl::StrContains(kDays, absl::StrCat(" ", word, " "));
}

std::string MonthAndDay(absl::CivilDay day) {
  return absl::FormatTime("%B %-d", absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone());
}

// A weekday or ordinal means the coming one only in words about the future.
bool LooksAhead(absl::string_view text) {
  static const RE2& ahead = *new RE2(
      "(?i)\\b(will|by|before|until|till|next|tomorrow|proposes|asks|can (?:get|send|have|do|give|"
      "make|talk)|works|meets?|talk|call)\\b");
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), ahead) && !LooksBack(text);
}

// True when the words leave the date to the calendar and surely mean a day.
bool NeedsDate(const Reading& reading, const DateMention& date) {
  if (!date.exact) return false;
  bool weekday = false;
  bool ordinal = false;
  for (size_t i = date.first_token; i < date.last_token; ++i) {
    const std::string& word = reading.tokens[i].text;
    if (IsMonth(word)) return false;
    weekday = weekday || IsWeekday(word);
    const auto number = NumberAt(reading.tokens, i, date.last_token);
    ordinal = ordinal || (number && number->ordinal && number->value > 3);
    if (IsDigits(word) && word.size() >= 8) return false;  // 2026-02-04
  }
  return weekday || ordinal;
}

}  // namespace

bool LooksBack(absl::string_view text) {
  static const RE2& past = *new RE2(
      "(?i)\\b(was|were|did|had|ago|last|yesterday|signed|sent|told|ran|went|came|got|asked|said|"
      "approved|tested|offered|called|met|tried|started|lost|missed|opened|closed)\\b");
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), past);
}

std::string WithDigits(absl::string_view text) { return WithDigits(text, Tokenize(text)); }

std::string WithDigits(absl::string_view text, const std::vector<Token>& tokens) {
  std::string result;
  size_t copied = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const auto number = NumberAt(tokens, i, tokens.size());
    if (!number || number->last_token <= i) continue;
    size_t words_end = number->last_token;
    const bool unit = number->dollars || number->percent;
    if (unit && !IsNumberWord(tokens[words_end - 1].text)) --words_end;
    if (Certain(tokens, *number, words_end) && !Touches(tokens, i, words_end) &&
        !IsOfDecimal(tokens, i, number->last_token)) {
      size_t begin = tokens[i].begin;
      const bool article = i > 0 && tokens[i - 1].text == "a" && IsScale(tokens[i].text);
      if (article) begin = tokens[i - 1].begin;
      absl::StrAppend(&result, text.substr(copied, begin - copied), Grouped(number->value));
      copied = tokens[words_end - 1].end;
    }
    i = number->last_token - 1;
  }
  absl::StrAppend(&result, text.substr(copied));
  return result;
}

std::string WithCurrency(absl::string_view text, const Cast& cast) {
  static const RE2& amount = *new RE2(
      "(^|[^$€£\\w.,])([0-9][0-9,]*(?:\\.[0-9]+)?)( (?:a|per|an) (?:month|year|seat|user|room|unit|"
      "site|license|device)\\b)");
  std::string result;
  re2::StringPiece rest(text.data(), text.size());
  std::string before, figure, period;
  const char* copied = rest.data();
  while (RE2::FindAndConsume(&rest, amount, &before, &figure, &period)) {
    const char* end = rest.data();
    const size_t matched = before.size() + figure.size() + period.size();
    absl::StrAppend(&result, absl::string_view(copied, end - matched - copied), before,
                    figure.size() > 1 ? cast.SignOf(figure) : "", figure, period);
    copied = end;
  }
  absl::StrAppend(&result, absl::string_view(copied, text.data() + text.size() - copied));
  return result;
}

std::string WithDates(absl::string_view text, absl::CivilDay today) {
  if (!LooksAhead(text)) return std::string(text);
  const Reading reading = ReadTurn(text);
  std::string result;
  size_t copied = 0;
  for (const DateMention& date : FindDates(reading, 0, reading.tokens.size(), today)) {
    if (!NeedsDate(reading, date)) continue;
    const size_t end = reading.tokens[date.last_token - 1].end;
    if (end <= copied) continue;
    absl::StrAppend(&result, text.substr(copied, end - copied), " (", MonthAndDay(date.day), ")");
    copied = end;
  }
  absl::StrAppend(&result, text.substr(copied));
  return result;
}

}  // namespace throughline::router::extractive
