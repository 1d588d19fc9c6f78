#include "services/writer/domain/quantities.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace throughline::writer {
namespace {

struct Token {
  std::string text;  // lower case for words
  bool capital = false;
  bool adjoins = false;  // nothing stands between it and the token before
  bool follows = false;  // nothing but spaces or a hyphen does
  size_t begin = 0;

  bool IsFigure() const { return absl::ascii_isdigit(static_cast<unsigned char>(text[0])); }
};

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }

// "twenty one", "twenty-one"; a mark between two numbers parts them.
bool PartsNothing(absl::string_view between) {
  return between.find_first_not_of(" -\xE2\x80\x90\x91\x92\x93") == absl::string_view::npos;
}

// Runs of digits, with points and commas between them, and runs of letters.
std::vector<Token> Tokenize(absl::string_view text) {
  std::vector<Token> tokens;
  size_t last_end = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    if (IsDigit(text[i])) {
      while (i < text.size() &&
             (IsDigit(text[i]) || ((text[i] == '.' || text[i] == ',') && i + 1 < text.size() &&
                                   IsDigit(text[i + 1])))) {
        ++i;
      }
    } else if (IsLetter(text[i])) {
      while (i < text.size() && IsLetter(text[i])) ++i;
    } else {
      ++i;
      continue;
    }
    tokens.push_back({.text = absl::AsciiStrToLower(text.substr(begin, i - begin)),
                      .capital = absl::ascii_isupper(static_cast<unsigned char>(text[begin])),
                      .adjoins = begin == last_end && begin > 0,
                      .follows = PartsNothing(text.substr(last_end, begin - last_end)),
                      .begin = begin});
    last_end = i;
  }
  return tokens;
}

std::string Decimal(double value) { return absl::StrFormat("%.12g", value); }

std::optional<double> Figure(const Token& token) {
  double value = 0;
  const std::string digits = absl::StrReplaceAll(token.text, {{",", ""}});
  if (!token.IsFigure() || !absl::SimpleAtod(digits, &value)) return std::nullopt;
  return value;
}

double Scale(absl::string_view word) {
  if (word == "hundred") return 1e2;
  if (word == "thousand" || word == "k") return 1e3;
  if (word == "million" || word == "m") return 1e6;
  return 0;
}

using NumberWords = absl::flat_hash_map<std::string, int>;

NumberWords MakeNumberWords() {
  NumberWords words = {{"zero", 0},     {"one", 1},        {"two", 2},       {"three", 3},
                       {"four", 4},     {"five", 5},       {"six", 6},       {"seven", 7},
                       {"eight", 8},    {"nine", 9},       {"ten", 10},      {"eleven", 11},
                       {"twelve", 12},  {"thirteen", 13},  {"fourteen", 14}, {"fifteen", 15},
                       {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19},
                       {"first", 1},    {"second", 2},     {"third", 3},     {"fifth", 5},
                       {"eighth", 8},   {"ninth", 9},      {"twelfth", 12}};
  constexpr std::array<absl::string_view, 8> kTens = {"twenty", "thirty",  "forty",  "fifty",
                                                      "sixty",  "seventy", "eighty", "ninety"};
  for (size_t i = 0; i < kTens.size(); ++i) {
    const int value = 20 + 10 * static_cast<int>(i);
    words[std::string(kTens[i])] = value;
    words[absl::StrCat(kTens[i].substr(0, kTens[i].size() - 1), "ieth")] = value;
  }
  for (const char* regular : {"four", "six", "seven", "ten", "eleven", "thirteen", "fourteen",
                              "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}) {
    words[absl::StrCat(regular, "th")] = words.at(regular);
  }
  return words;
}

// 0 to 19, the tens, and their ordinals.
std::optional<int> SmallNumber(absl::string_view word) {
  static const NumberWords& words = *new NumberWords(MakeNumberWords());
  const auto found = words.find(word);
  if (found == words.end()) return std::nullopt;
  return found->second;
}

using Ordinals = absl::flat_hash_map<absl::string_view, int>;

int OrdinalIn(const Ordinals& table, absl::string_view word) {
  constexpr size_t kShortest = 3;  // "jan"
  constexpr size_t kLongest = 9;   // "wednesday"
  if (word.size() < kShortest || word.size() > kLongest) return 0;
  const auto found = table.find(word);
  return found == table.end() ? 0 : found->second;
}

int MonthNumber(absl::string_view word) {
  static const Ordinals& months = *new Ordinals(
      {{"january", 1},   {"february", 2},  {"march", 3},  {"april", 4},     {"may", 5},
       {"june", 6},      {"july", 7},      {"august", 8}, {"september", 9}, {"october", 10},
       {"november", 11}, {"december", 12}, {"jan", 1},    {"feb", 2},       {"mar", 3},
       {"apr", 4},       {"jun", 6},       {"jul", 7},    {"aug", 8},       {"sep", 9},
       {"sept", 9},      {"oct", 10},      {"nov", 11},   {"dec", 12}});
  return OrdinalIn(months, word);
}

int WeekdayNumber(absl::string_view word) {
  static const Ordinals& days = *new Ordinals({{"monday", 1},
                                               {"tuesday", 2},
                                               {"wednesday", 3},
                                               {"thursday", 4},
                                               {"friday", 5},
                                               {"saturday", 6},
                                               {"sunday", 7}});
  return OrdinalIn(days, word);
}

// A number in words while it is read.
class SpokenNumber {
 public:
  // Takes the next words from tokens[at] on and moves `at` behind them; false when they do not go
  // on with the number.
  bool Take(const std::vector<Token>& tokens, size_t& at) {
    const std::string& word = tokens[at].text;
    if (const std::optional<int> small = SmallNumber(word)) {
      Add(*small);
    } else if (word.size() > 1 && Scale(word) > 0) {  // "a hundred" begins with it
      Multiply(Scale(word));
    } else if (any_ && word == "point" && TakeDecimals(tokens, at)) {
      return true;
    } else if (any_ && word == "and" && NextIs(tokens, at, "a") && NextIs(tokens, at + 1, "half")) {
      heard_.push_back(total_ + current_);
      current_ += 0.5;
      at += 2;
    } else if (!(any_ && word == "and" && at + 1 < tokens.size() &&
                 SmallNumber(tokens[at + 1].text))) {
      return false;
    }
    any_ = true;
    return true;
  }

  // Each way to hear it: "forty eighty" is 40, 80 and 4080.
  std::vector<double> Heard() {
    if (any_) Flush();
    return std::move(heard_);
  }

 private:
  static bool NextIs(const std::vector<Token>& tokens, size_t at, absl::string_view word) {
    return at + 1 < tokens.size() && tokens[at + 1].follows && tokens[at + 1].text == word;
  }

  void Add(int small) {
    const auto whole = static_cast<int64_t>(current_);
    const bool joins = !any_ || whole == 0 || whole % 100 == 0 ||
                       (whole % 10 == 0 && small < 10 && whole % 100 >= 20);
    if (!joins) {
      Flush();
      before_ = current_;
      total_ = 0;
      current_ = 0;
    }
    current_ += small;
  }

  void Multiply(double scale) {
    current_ = (current_ == 0 ? 1 : current_) * scale;
    if (scale == 1e2) return;
    total_ += current_;
    current_ = 0;
  }

  // "point four", "point one eight", "point eighteen". The whole part may be meant, too.
  bool TakeDecimals(const std::vector<Token>& tokens, size_t& at) {
    std::string digits;
    size_t last = at;
    while (last + 1 < tokens.size() && tokens[last + 1].follows) {
      const std::optional<int> small = SmallNumber(tokens[last + 1].text);
      if (!small) break;
      absl::StrAppend(&digits, *small);
      ++last;
    }
    double decimals = 0;
    if (digits.empty() || !absl::SimpleAtod(absl::StrCat("0.", digits), &decimals)) return false;
    heard_.push_back(total_ + current_);
    current_ += decimals;
    at = last;
    return true;
  }

  void Flush() {
    heard_.push_back(total_ + current_);
    if (before_ > 0 && current_ < 100) heard_.push_back(before_ * 100 + current_);
  }

  std::vector<double> heard_;
  double total_ = 0;
  double current_ = 0;
  double before_ = 0;  // the part said just before `current_`, when both stand alone
  bool any_ = false;
};

// Reads the number in words that begins at tokens[at], if one does, and moves `at` behind it.
// Gives each way to hear it.
std::vector<double> ReadWords(const std::vector<Token>& tokens, size_t& at) {
  SpokenNumber number;
  const size_t begin = at;
  while (at < tokens.size() && (at == begin || tokens[at].follows) && number.Take(tokens, at)) {
    ++at;
  }
  return number.Heard();
}

// What multiplies the figure tokens[at]: "20k", "2 million"; 1 when nothing does. "20 m" may be
// metres.
double ScaleBehind(const std::vector<Token>& tokens, size_t at, bool even_metres) {
  if (at + 1 >= tokens.size() || !tokens[at + 1].follows) return 1;
  const Token& next = tokens[at + 1];
  const bool is_plain = even_metres || next.adjoins || next.text.size() > 1;
  const double scale = is_plain ? Scale(next.text) : 0;
  return scale > 0 ? scale : 1;
}

bool IsListMarker(absl::string_view text, const Token& token) {
  const size_t end = token.begin + token.text.size();
  const bool at_line_start = token.begin == 0 || text[token.begin - 1] == '\n';
  return at_line_start && end < text.size() && (text[end] == '.' || text[end] == ')');
}

}  // namespace

Quantities QuantitiesMentioned(absl::string_view text) {
  Quantities found;
  const std::vector<Token> tokens = Tokenize(text);
  for (size_t i = 0; i < tokens.size();) {
    if (const std::optional<double> figure = Figure(tokens[i])) {
      found.insert(Decimal(*figure));
      const double scale = ScaleBehind(tokens, i, true);
      found.insert(Decimal(*figure * scale));
      i += scale > 1 ? 2 : 1;
      continue;
    }
    if (const int month = MonthNumber(tokens[i].text)) found.insert(absl::StrCat("month ", month));
    if (const int day = WeekdayNumber(tokens[i].text)) found.insert(absl::StrCat("weekday ", day));
    const size_t before = i;
    for (const double heard : ReadWords(tokens, i)) found.insert(Decimal(heard));
    if (i == before) ++i;
  }
  return found;
}

Quantities QuantitiesClaimed(absl::string_view text) {
  constexpr double kLargestEverydayNumber = 12;
  Quantities found;
  const std::vector<Token> tokens = Tokenize(text);
  for (size_t i = 0; i < tokens.size();) {
    const Token& token = tokens[i];
    const bool beside_figure =
        (i > 0 && tokens[i - 1].IsFigure()) || (i + 1 < tokens.size() && tokens[i + 1].IsFigure());
    if (const std::optional<double> figure = Figure(token)) {
      const double scale = ScaleBehind(tokens, i, false);
      if (!IsListMarker(text, token)) found.insert(Decimal(*figure * scale));
      i += scale > 1 ? 2 : 1;
      continue;
    }
    if (const int month = MonthNumber(token.text); month > 0 && token.capital && beside_figure) {
      found.insert(absl::StrCat("month ", month));
    }
    if (const int day = WeekdayNumber(token.text); day > 0 && token.capital) {
      found.insert(absl::StrCat("weekday ", day));
    }
    const size_t before = i;
    const std::vector<double> heard = ReadWords(tokens, i);
    if (!heard.empty() && heard.back() > kLargestEverydayNumber) {
      found.insert(Decimal(heard.back()));
    }
    if (i == before) ++i;
  }
  return found;
}

std::vector<absl::CivilDay> DaysNamed(const Quantities& quantities, absl::CivilDay near) {
  std::vector<absl::CivilDay> days;
  for (int month = 1; month <= 12; ++month) {
    if (!quantities.contains(absl::StrCat("month ", month))) continue;
    for (int day = 1; day <= 31; ++day) {
      if (!quantities.contains(absl::StrCat(day))) continue;
      absl::CivilDay nearest(near.year(), month, day);
      for (const int years : {-1, 1}) {
        const absl::CivilDay other(near.year() + years, month, day);
        if (std::abs(other - near) < std::abs(nearest - near)) nearest = other;
      }
      if (nearest.day() == day) days.push_back(nearest);
    }
  }
  return days;
}

Quantities QuantitiesOf(absl::CivilDay day) {
  const int weekday = static_cast<int>(absl::GetWeekday(day)) + 1;
  return {absl::StrCat(day.year()), absl::StrCat(day.month()), absl::StrCat(day.day()),
          absl::StrCat("month ", day.month()), absl::StrCat("weekday ", weekday)};
}

}  // namespace throughline::writer
