#include "services/router/domain/extractive/language/money.h"

#include <cmath>
#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "services/router/domain/extractive/language/numbers.h"

namespace throughline::router::extractive {
namespace {

constexpr double kSmallestBareAmount = 1000;

bool PerPeriodFollows(const std::vector<Token>& tokens, size_t at, size_t last) {
  if (at + 1 >= last || tokens[at].before != 0) return false;
  if (tokens[at].text != "a" && tokens[at].text != "per" && tokens[at].text != "an") return false;
  const absl::string_view unit = tokens[at + 1].text;
  return unit == "month" || unit == "year" || unit == "seat" || unit == "user" || unit == "room" ||
         unit == "head" || unit == "site" || unit == "license";
}

// What follows says that the number counts something other than money.
bool CountsThings(const std::vector<Token>& tokens, size_t at, size_t last) {
  if (at >= last || tokens[at].before != 0) return false;
  const absl::string_view next = tokens[at].text;
  return absl::EndsWith(next, "s") && next != "is" && next != "was" && next != "'s" &&
         next != "this" && next != "has" && next != "as" && next != "us";
}

}  // namespace

std::vector<MoneyMention> FindMoney(const Reading& reading, size_t first, size_t last) {
  std::vector<MoneyMention> found;
  for (size_t i = first; i < last;) {
    const std::optional<NumberMention> number = NumberAt(reading.tokens, i, last);
    if (!number) {
      ++i;
      continue;
    }
    i = number->last_token;
    if (number->percent || number->ordinal) continue;
    const bool year = number->last_token - number->first_token == 1 && number->value >= 1990 &&
                      number->value < 2100 && !number->dollars;
    const bool periodic = PerPeriodFollows(reading.tokens, number->last_token, last);
    const bool bare = number->value >= kSmallestBareAmount && !year &&
                      std::fmod(number->value, 10) == 0 &&
                      !CountsThings(reading.tokens, number->last_token, last);
    if (!number->dollars && !periodic && !bare) continue;
    found.push_back(
        {number->value, number->first_token, number->last_token, number->dollars || periodic});
  }
  return found;
}

std::string FormatMoney(double amount) {
  const auto cents = static_cast<int64_t>(std::llround(amount * 100));
  const std::string digits = absl::StrFormat("%d", cents / 100);
  std::string whole;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) whole.push_back(',');
    whole.push_back(digits[i]);
  }
  if (cents % 100 == 0) return absl::StrFormat("$%s", whole);
  return absl::StrFormat("$%s.%02d", whole, cents % 100);
}

}  // namespace throughline::router::extractive
