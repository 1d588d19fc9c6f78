#include "common/transcript/dates.h"

#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr size_t kMaxDateBytes = 200;
constexpr int kEarliestYear = 1970;
constexpr int kLatestYear = 2200;

std::optional<absl::Time> Midnight(int year, int month, int day) {
  if (year < kEarliestYear || year > kLatestYear) return std::nullopt;
  const absl::CivilDay civil(year, month, day);
  if (civil.year() != year || civil.month() != month || civil.day() != day) return std::nullopt;
  return absl::FromCivil(civil, absl::UTCTimeZone());
}

std::vector<std::string> Tokens(absl::string_view text) {
  std::vector<std::string> tokens;
  bool open = false;
  bool digits = false;
  for (char c : text) {
    const bool digit = absl::ascii_isdigit(c);
    if (!digit && !absl::ascii_isalpha(c)) {
      open = false;
      continue;
    }
    if (!open || digit != digits) tokens.emplace_back();
    tokens.back().push_back(absl::ascii_tolower(c));
    open = true;
    digits = digit;
  }
  return tokens;
}

int Number(const std::string& token) {
  int value = -1;
  return token.size() <= 4 && absl::SimpleAtoi(token, &value) ? value : -1;
}

std::optional<absl::Time> WithMonthName(const std::vector<std::string>& tokens) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    const int month = MonthOf(tokens[i]);
    if (month == 0) continue;
    int day = -1, year = -1;
    const size_t first = i >= 2 ? i - 2 : 0;
    for (size_t at = first; at < tokens.size() && at < i + 5; ++at) {
      const int number = Number(tokens[at]);
      if (tokens[at].size() == 4 && number >= kEarliestYear && year < 0) year = number;
      if (tokens[at].size() <= 2 && number >= 1 && number <= 31 && day < 0) day = number;
    }
    if (day > 0 && year > 0) return Midnight(year, month, day);
  }
  return std::nullopt;
}

std::optional<absl::Time> AllDigits(const std::vector<std::string>& tokens) {
  for (size_t i = 0; i + 2 < tokens.size(); ++i) {
    const int first = Number(tokens[i]);
    const int second = Number(tokens[i + 1]);
    const int third = Number(tokens[i + 2]);
    if (first < 1 || second < 1 || third < 1) continue;
    if (tokens[i].size() == 4) return Midnight(first, second, third);
    if (tokens[i + 2].size() != 4) continue;
    if (first > 12) return Midnight(third, second, first);
    if (second > 12 || first == second) return Midnight(third, first, second);
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

int MonthOf(absl::string_view word) {
  constexpr absl::string_view kMonths[] = {"january",   "february", "march",    "april",
                                           "may",       "june",     "july",     "august",
                                           "september", "october",  "november", "december"};
  if (word.size() < 3) return 0;
  for (size_t i = 0; i < std::size(kMonths); ++i) {
    if (absl::StartsWith(kMonths[i], word)) return static_cast<int>(i) + 1;
  }
  return word == "sept" ? 9 : 0;
}

std::optional<absl::Time> ParseDate(absl::string_view text) {
  text = Trimmed(text.substr(0, kMaxDateBytes));
  absl::Time exact;
  std::string error;
  if (text.size() > 10 && text[4] == '-' &&
      absl::ParseTime(absl::RFC3339_full, text, &exact, &error)) {
    return exact;
  }
  const std::vector<std::string> tokens = Tokens(text);
  // Dotted dates are day first wherever they are written.
  if (tokens.size() >= 3 && tokens[0].size() <= 2 && tokens[2].size() == 4 &&
      text.find('.') == tokens[0].size() && Number(tokens[0]) > 0) {
    return Midnight(Number(tokens[2]), Number(tokens[1]), Number(tokens[0]));
  }
  if (const auto named = WithMonthName(tokens); named.has_value()) return named;
  return AllDigits(tokens);
}

}  // namespace throughline::transcript
