#include "services/router/domain/extractive/language/numbers.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {
namespace {

using Words = WordMap<int>;

const Words& Cardinals() {
  static const auto* const kWords = new Words(
      {{"zero", 0},     {"one", 1},      {"two", 2},        {"three", 3},     {"four", 4},
       {"five", 5},     {"six", 6},      {"seven", 7},      {"eight", 8},     {"nine", 9},
       {"ten", 10},     {"eleven", 11},  {"twelve", 12},    {"thirteen", 13}, {"fourteen", 14},
       {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
       {"twenty", 20},  {"thirty", 30},  {"forty", 40},     {"fifty", 50},    {"sixty", 60},
       {"seventy", 70}, {"eighty", 80},  {"ninety", 90}});
  return *kWords;
}

const Words& Ordinals() {
  static const auto* const kWords =
      new Words({{"first", 1},        {"second", 2},      {"third", 3},       {"fourth", 4},
                 {"fifth", 5},        {"sixth", 6},       {"seventh", 7},     {"eighth", 8},
                 {"ninth", 9},        {"tenth", 10},      {"eleventh", 11},   {"twelfth", 12},
                 {"thirteenth", 13},  {"fourteenth", 14}, {"fifteenth", 15},  {"sixteenth", 16},
                 {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},
                 {"thirtieth", 30}});
  return *kWords;
}

// Whether a number in words may begin with this one, by its first letter: cheaper than to look for
// every word in the tables above.
bool MayBeginNumber(absl::string_view word) {
  static constexpr uint32_t kFirstLetters = [] {
    uint32_t letters = 0;
    for (const char c : {'e', 'f', 'g', 'h', 'n', 'o', 's', 't', 'z'}) letters |= 1U << (c - 'a');
    return letters;
  }();
  if (word.size() < 3) return false;
  const auto letter = static_cast<unsigned char>(word.front() - 'a');
  return letter < 26 && (kFirstLetters >> letter & 1) != 0;
}

double Scale(absl::string_view word) {
  if (word.size() < 5 || word.size() > 8) return 0;
  if (const char c = word.front(); c != 'h' && c != 't' && c != 'g' && c != 'm' && c != 'b') {
    return 0;
  }
  if (word == "hundred") return 100;
  if (word == "thousand" || word == "grand") return 1000;
  if (word == "million") return 1e6;
  if (word == "billion") return 1e9;
  return 0;
}

// "4800", "$4800", "85k", "4.60", "29th".
std::optional<NumberMention> Digits(absl::string_view word) {
  NumberMention mention;
  mention.dollars = absl::ConsumePrefix(&word, "$");
  if (word.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(word.front()))) {
    return std::nullopt;
  }
  double factor = 1;
  if (absl::ConsumeSuffix(&word, "k")) {
    factor = 1000;
  } else if (absl::ConsumeSuffix(&word, "m") || absl::ConsumeSuffix(&word, "mm")) {
    factor = 1e6;
  } else if (absl::ConsumeSuffix(&word, "th") || absl::ConsumeSuffix(&word, "st") ||
             absl::ConsumeSuffix(&word, "nd") || absl::ConsumeSuffix(&word, "rd")) {
    mention.ordinal = true;
  }
  if (!absl::SimpleAtod(word, &mention.value)) return std::nullopt;
  mention.value *= factor;
  return mention;
}

// Accumulates spoken words: "one hundred and twenty thousand", "forty-eight hundred".
class Spoken {
 public:
  // False when `word` cannot continue the number.
  bool Add(absl::string_view word) {
    if (const int* const cardinal = Cardinals().Find(word); cardinal != nullptr) {
      const int value = *cardinal;
      if (started_ && last_unit_ && value >= 10) return false;  // "four sixty" is two numbers
      if (started_ && last_tens_ && value >= 10) return false;
      if (started_ && last_unit_ && value < 10) return false;
      group_ += value;
      last_unit_ = value < 20;
      last_tens_ = value >= 20;
      started_ = true;
      return true;
    }
    const double scale = Scale(word);
    if (scale == 0 || (!started_ && scale != 100 && scale != 1000)) return false;
    if (group_ == 0) group_ = 1;
    if (scale == 100) {
      group_ *= 100;
    } else {
      total_ += group_ * scale;
      group_ = 0;
    }
    last_unit_ = last_tens_ = false;
    started_ = true;
    return true;
  }
  bool AddOrdinal(absl::string_view word) {
    const int* const ordinal = Ordinals().Find(word);
    if (ordinal == nullptr) return false;
    if (started_ && !(last_tens_ && *ordinal < 10)) return false;
    group_ += *ordinal;
    return true;
  }
  double value() const { return total_ + group_; }
  bool started() const { return started_; }

 private:
  double total_ = 0;
  double group_ = 0;
  bool started_ = false;
  bool last_unit_ = false;
  bool last_tens_ = false;
};

bool IsMoneyWord(absl::string_view word) {
  return word == "dollars" || word == "dollar" || word == "bucks" || word == "euros" ||
         word == "euro" || word == "pounds" || word == "usd" || word == "eur";
}

void Trailing(const std::vector<Token>& tokens, size_t last, NumberMention& mention) {
  if (mention.last_token >= last || tokens[mention.last_token].before != 0) return;
  const absl::string_view next = tokens[mention.last_token].text;
  if (IsMoneyWord(next)) {
    mention.dollars = true;
    ++mention.last_token;
  } else if (next == "percent") {
    mention.percent = true;
    ++mention.last_token;
  }
}

}  // namespace

bool IsNumberWord(absl::string_view word) {
  if (word.empty()) return false;
  if (absl::ascii_isdigit(static_cast<unsigned char>(word.front())) || word.front() == '$') {
    return true;
  }
  return (MayBeginNumber(word) && Cardinals().contains(word)) || Scale(word) > 0;
}

bool IsOrdinalWord(absl::string_view word) {
  return MayBeginNumber(word) && Ordinals().contains(word);
}

std::optional<NumberMention> NumberAt(const std::vector<Token>& tokens, size_t at, size_t last) {
  if (at >= last || tokens[at].text.empty()) return std::nullopt;
  const char begins = tokens[at].text.front();
  const bool digit = absl::ascii_isdigit(static_cast<unsigned char>(begins)) || begins == '$';
  if (!digit && !MayBeginNumber(tokens[at].text)) return std::nullopt;
  if (std::optional<NumberMention> digits =
          digit ? Digits(tokens[at].text) : std::optional<NumberMention>()) {
    digits->first_token = at;
    digits->last_token = at + 1;
    if (at + 1 < last && tokens[at + 1].before == 0 && Scale(tokens[at + 1].text) > 0) {
      digits->value *= Scale(tokens[at + 1].text);
      digits->dollars |= tokens[at + 1].text == "grand";
      digits->last_token = at + 2;
    }
    Trailing(tokens, last, *digits);
    return digits;
  }
  Spoken spoken;
  NumberMention mention;
  mention.first_token = at;
  size_t next = at;
  while (next < last && (next == at || tokens[next].before == 0)) {
    if (spoken.AddOrdinal(tokens[next].text)) {
      mention.ordinal = true;
      ++next;
      break;
    }
    if (spoken.Add(tokens[next].text)) {
      mention.dollars |= tokens[next].text == "grand";
      ++next;
      continue;
    }
    const bool joined = tokens[next].text == "and" && spoken.started() && next + 1 < last &&
                        Scale(tokens[next - 1].text) > 0 &&
                        Cardinals().contains(tokens[next + 1].text);
    if (!joined) break;
    ++next;
  }
  if (next == at) return std::nullopt;
  mention.value = spoken.value();
  mention.last_token = next;
  Trailing(tokens, last, mention);
  return mention;
}

}  // namespace throughline::router::extractive
