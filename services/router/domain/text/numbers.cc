#include "services/router/domain/text/numbers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/router/domain/text/bytes.h"

namespace throughline::router::text {
namespace {

// More digits than this are an identifier, not a quantity that a double can hold.
constexpr int kMaxDigits = 15;
// "one hundred and twenty-five thousand six hundred" has nine words.
constexpr int kMaxNumberWords = 12;
constexpr size_t kMaxWordLength = 12;

struct WordValue {
  absl::string_view word;
  int64_t value;
};

// Sorted by word.
constexpr WordValue kUnits[] = {
    {"eight", 8},      {"eighteen", 18}, {"eighty", 80}, {"eleven", 11},  {"fifteen", 15},
    {"fifty", 50},     {"five", 5},      {"forty", 40},  {"four", 4},     {"fourteen", 14},
    {"nine", 9},       {"nineteen", 19}, {"ninety", 90}, {"one", 1},      {"seven", 7},
    {"seventeen", 17}, {"seventy", 70},  {"six", 6},     {"sixteen", 16}, {"sixty", 60},
    {"ten", 10},       {"thirteen", 13}, {"thirty", 30}, {"three", 3},    {"twelve", 12},
    {"twenty", 20},    {"two", 2},       {"zero", 0},
};
constexpr WordValue kScales[] = {
    {"billion", 1'000'000'000}, {"dozen", 12},          {"grand", 1'000},
    {"hundred", 100},           {"million", 1'000'000}, {"thousand", 1'000},
};

template <size_t N>
std::optional<int64_t> Find(const WordValue (&table)[N], absl::string_view word) {
  const auto* found =
      std::lower_bound(std::begin(table), std::end(table), word,
                       [](const WordValue& row, absl::string_view w) { return row.word < w; });
  if (found == std::end(table) || found->word != word) return std::nullopt;
  return found->value;
}

// For each two first letters the lengths of the words that can begin a number, a bit each: most
// words of a text are ruled out without being read.
constexpr size_t kLetterBits = 5;  // what tells letters apart, large or small
constexpr size_t PlaceOf(char first, char second) {
  constexpr size_t kMask = (size_t{1} << kLetterBits) - 1;
  return (static_cast<size_t>(first) & kMask) << kLetterBits |
         (static_cast<size_t>(second) & kMask);
}
constexpr auto kLengths = [] {
  std::array<uint16_t, size_t{1} << 2 * kLetterBits> lengths{};
  const auto add = [&lengths](absl::string_view word) {
    lengths[PlaceOf(word[0], word[1])] |= static_cast<uint16_t>(1u << word.size());
  };
  for (const WordValue& row : kUnits) add(row.word);
  for (const WordValue& row : kScales) add(row.word);
  return lengths;
}();

// Of a word of so many letters.
bool CanBeginNumber(const char* word, size_t length) {
  constexpr size_t kShortest = 3;
  return length >= kShortest && length <= kMaxWordLength &&
         (kLengths[PlaceOf(word[0], word[1])] >> length & 1) != 0;
}

// Marks what is the first letter of such a word, and b and z for two of them.
constexpr auto kMarkFirstLetters = [](Chunk chunk) {
  const Chunk lower = chunk.Lower();
  return lower.Within('d', 'h') | lower.Within('m', 'o') | lower.Within('s', 't') |
         lower.Equal('b') | lower.Equal('z');
};
static_assert([] {
  constexpr absl::string_view kFirst = "bdefghmnostz";
  const auto is_marked = [&](const WordValue& row) {
    return row.word.size() >= 3 &&
           std::any_of(kFirst.begin(), kFirst.end(), [&](char c) { return c == row.word[0]; });
  };
  return std::all_of(std::begin(kUnits), std::end(kUnits), is_marked) &&
         std::all_of(std::begin(kScales), std::end(kScales), is_marked);
}());

// The letters of a block that two more follow, or may in the next block.
constexpr uint64_t ThreeLong(uint64_t letters) {
  constexpr uint64_t kLast = uint64_t{1} << 63;
  return letters & (letters >> 1 | kLast) & (letters >> 2 | kLast | kLast >> 1);
}

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }

// A word of letters, lower-cased into a small buffer; empty when longer than any number word.
class LowerWord {
 public:
  LowerWord(absl::string_view text, size_t begin) {
    size_t end = begin;
    while (end < text.size() && IsLetter(text[end])) ++end;
    length_ = end - begin;
    if (length_ > kMaxWordLength) return;
    for (size_t i = 0; i < length_; ++i) buffer_[i] = absl::ascii_tolower(text[begin + i]);
    stored_ = length_;
  }
  absl::string_view view() const { return absl::string_view(buffer_, stored_); }
  size_t length() const { return length_; }

 private:
  char buffer_[kMaxWordLength];
  size_t length_ = 0;
  size_t stored_ = 0;
};

class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}

  std::vector<NumberMention> Run() {
    bool in_letters = false;
    bool in_digits = false;
    for (size_t begin = 0; begin < text_.size(); begin += kBlockBytes) {
      const Block block(text_, begin);
      const uint64_t letters =
          BlockBits(block.bytes(), [](Chunk chunk) { return chunk.Lower().Within('a', 'z'); });
      const uint64_t digits =
          BlockBits(block.bytes(), [](Chunk chunk) { return chunk.Within('0', '9'); });
      const uint64_t words = letters & ~(letters << 1 | uint64_t{in_letters}) & ThreeLong(letters) &
                             BlockBits(block.bytes(), kMarkFirstLetters);
      const uint64_t numbers = digits & ~(digits << 1 | uint64_t{in_digits});
      for (uint64_t begins = words | numbers; begins != 0; begins &= begins - 1) {
        const auto place = static_cast<size_t>(absl::countr_zero(begins));
        if ((numbers >> place & 1) != 0) {
          ReadNumberAt(begin + place);
          continue;
        }
        const char* const word = block.bytes() + place;
        if (place + 1 < kBlockBytes && kLengths[PlaceOf(word[0], word[1])] == 0) continue;
        ReadWordAt(begin + place, static_cast<size_t>(absl::countr_zero(~(letters >> place))));
      }
      in_letters = letters >> (kBlockBytes - 1) != 0;
      in_digits = digits >> (kBlockBytes - 1) != 0;
    }
    return std::move(found_);
  }

 private:
  // A run of digits, unless what was read before took it along.
  void ReadNumberAt(size_t i) {
    if (i < read_) return;
    read_ = ReadDigits(i > read_ && text_[i - 1] == '.' ? i - 1 : i);
  }

  // A run of letters, of which so many are known.
  void ReadWordAt(size_t i, size_t letters) {
    if (i < read_) return;
    while (i + letters < text_.size() && letters <= kMaxWordLength &&
           IsLetter(text_[i + letters])) {
      ++letters;
    }
    if (CanBeginNumber(text_.data() + i, letters)) read_ = ReadWords(i);
  }

  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  size_t SkipSpaces(size_t i) const {
    while (At(i) == ' ' || At(i) == '-') ++i;
    return i;
  }

  // Reads "1,234.5" and what follows it directly: "%", "k", "th", " million".
  size_t ReadDigits(size_t begin) {
    NumberMention number{.begin = begin};
    size_t i = begin;
    int digits = 0;
    double value = 0;
    for (; i < text_.size(); ++i) {
      if (IsDigit(text_[i])) {
        value = value * 10 + (text_[i] - '0');
        ++digits;
      } else if (!(text_[i] == ',' && digits > 0 && IsThousandsGroup(i + 1))) {
        break;
      }
    }
    if (At(i) == '.' && IsDigit(At(i + 1))) {
      double unit = 0.1;
      for (++i; IsDigit(At(i)); ++i, unit /= 10) {
        value += (text_[i] - '0') * unit;
        ++number.decimals;
        ++digits;
      }
    }
    number.end = i;
    if (digits > kMaxDigits) return i;
    const size_t after = ReadSuffix(i, IsCurrencyBefore(begin), value, number.percent);
    number.value = value;
    found_.push_back(number);
    return after;
  }

  bool IsCurrencyBefore(size_t i) const {
    return i > 0 && (text_[i - 1] == '$' || absl::EndsWith(text_.substr(0, i), "€") ||
                     absl::EndsWith(text_.substr(0, i), "£"));
  }

  // Whether exactly three digits stand at `i`.
  bool IsThousandsGroup(size_t i) const {
    return IsDigit(At(i)) && IsDigit(At(i + 1)) && IsDigit(At(i + 2)) && !IsDigit(At(i + 3));
  }

  // `money`: a currency sign stands before the number, so that "m" means million, not metres.
  size_t ReadSuffix(size_t i, bool money, double& value, bool& percent) const {
    if (At(i) == '%') {
      percent = true;
      return i + 1;
    }
    if (IsLetter(At(i))) {
      const LowerWord word(text_, i);
      if (word.view() == "k") value *= 1e3;
      if (word.view() == "mn" || (word.view() == "m" && money)) value *= 1e6;
      if (word.view() == "bn") value *= 1e9;
      // A single "x" may be a multiplication sign: leave it to the caller.
      return word.view() == "x" ? i : i + word.length();
    }
    const size_t next = SkipSpaces(i);
    if (next == i || !IsLetter(At(next))) return i;
    const LowerWord word(text_, next);
    if (word.view() == "percent") {
      percent = true;
      return next + word.length();
    }
    if (const auto scale = Find(kScales, word.view())) {
      value *= static_cast<double>(*scale);
      return next + word.length();
    }
    return i;
  }

  // Reads a run of number words, or skips one word that is none.
  size_t ReadWords(size_t begin) {
    int64_t total = 0;
    int64_t group = 0;
    size_t end = begin;
    size_t i = begin;
    int words = 0;
    while (words < kMaxNumberWords && IsLetter(At(i))) {
      const LowerWord word(text_, i);
      if (!Accept(word.view(), words, total, group)) break;
      if (word.view() != "and") end = i + word.length();
      ++words;
      i = SkipSpaces(i + word.length());
    }
    if (end == begin) return begin + LowerWord(text_, begin).length();
    if (end == begin + LowerWord(text_, begin).length() && IsLoneScale(begin)) return end;
    NumberMention number{
        .value = static_cast<double>(total + group), .begin = begin, .end = end, .in_words = true};
    bool percent = false;
    double value = number.value;
    const size_t after = ReadSuffix(end, /*money=*/false, value, percent);
    number.percent = percent;
    found_.push_back(number);
    return std::max(after, end);
  }

  // "thousand" alone says no number; "a thousand" and "a dozen" do.
  bool IsLoneScale(size_t begin) const {
    const LowerWord word(text_, begin);
    const absl::string_view before = text_.substr(0, begin);
    const bool counted =
        absl::EndsWithIgnoreCase(before, " a ") || before == "a " || before == "A ";
    return word.view() != "dozen" && !counted && Find(kScales, word.view()).has_value();
  }

  // Adds `word` to the number read so far; false when it cannot continue it.
  bool Accept(absl::string_view word, int words, int64_t& total, int64_t& group) const {
    if (const auto unit = Find(kUnits, word)) {
      const bool fits = words == 0 || group == 0 || (group % 100 == 0) ||
                        (group % 10 == 0 && *unit < 10 && group % 100 >= 20);
      if (!fits) return false;
      group += *unit;
      return true;
    }
    if (const auto scale = Find(kScales, word)) {
      if (*scale <= 100) {
        group = std::max<int64_t>(group, 1) * *scale;
      } else {
        if (total > 1'000'000'000'000 / *scale) return false;
        total += std::max<int64_t>(group, 1) * *scale;
        group = 0;
      }
      return true;
    }
    return word == "and" && words > 0 && (group >= 100 || total > 0) && group % 100 == 0;
  }

  absl::string_view text_;
  size_t read_ = 0;  // what lies before it was read
  std::vector<NumberMention> found_;
};

}  // namespace

std::vector<NumberMention> FindNumbers(absl::string_view text) { return Scanner(text).Run(); }

long long NumberSet::Key(double value) {
  constexpr double kResolution = 1e4;
  constexpr double kMost = 9e14;
  return std::llround(std::clamp(value, -kMost, kMost) * kResolution);
}

}  // namespace throughline::router::text
