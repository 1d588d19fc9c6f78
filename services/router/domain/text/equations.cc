#include "services/router/domain/text/equations.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/router/domain/text/bytes.h"

namespace throughline::router::text {
namespace {

constexpr size_t kMaxSideBytes = 160;
constexpr size_t kMaxTerms = 64;
constexpr int kMaxParentheses = 16;
constexpr double kRelativeTolerance = 0.005;
constexpr int kComputedDecimals = 2;  // of a right side that is a sum itself

struct Term {
  // One of + - * / ^ ( ), 'n' for a number, or kUnknown.
  char op = 0;
  double value = 0;
  int decimals = 0;
  bool spaced = false;  // white space follows
};

// A variable, a function or a root: what it stands beside cannot be worked out.
constexpr char kUnknown = '?';
constexpr absl::string_view kFunctions[] = {"sqrt", "log", "ln",  "sin", "cos",
                                            "tan",  "exp", "mod", "gcd", "lcm"};

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }

// Reads "1,234.5" at `i`; moves `i` past it.
Term ReadNumber(absl::string_view text, size_t& i) {
  Term term{.op = 'n'};
  for (; i < text.size(); ++i) {
    if (IsDigit(text[i])) {
      term.value = term.value * 10 + (text[i] - '0');
    } else if (!(text[i] == ',' && i + 3 < text.size() && IsDigit(text[i + 1]) &&
                 IsDigit(text[i + 2]) && IsDigit(text[i + 3]))) {
      break;
    }
  }
  if (i + 1 < text.size() && text[i] == '.' && IsDigit(text[i + 1])) {
    double unit = 0.1;
    for (++i; i < text.size() && IsDigit(text[i]); ++i, unit /= 10) {
      term.value += (text[i] - '0') * unit;
      ++term.decimals;
    }
  }
  if (i < text.size() && text[i] == '%') {
    term.value /= 100;
    term.decimals += 2;
    ++i;
  }
  return term;
}

struct Sign {
  absl::string_view written;
  char op;
};
constexpr Sign kSigns[] = {{"×", '*'}, {"⋅", '*'},  {"·", '*'},      {"÷", '/'},     {"−", '-'},
                           {"–", '-'}, {"**", '^'}, {"√", kUnknown}, {"π", kUnknown}};

// The operator at `i`, if one stands there; moves `i` past it.
char ReadOperator(absl::string_view text, size_t& i) {
  const absl::string_view rest = text.substr(i);
  for (const Sign& sign : kSigns) {
    if (rest.substr(0, sign.written.size()) != sign.written) continue;
    i += sign.written.size();
    return sign.op;
  }
  const char c = rest[0];
  const bool hyphen = c == '-' && i > 0 && IsLetter(text[i - 1]);
  if (hyphen ||
      (c == '-' && rest.size() > 1 && IsLetter(rest[1]) && rest.size() > 2 && IsLetter(rest[2]))) {
    return 0;  // "one-fourth", "12-hour"
  }
  if (c == '+' || c == '-' || c == '*' || c == '/' || c == '^' || c == '(' || c == ')') {
    ++i;
    return c;
  }
  return 0;
}

// Whether a text ends in "20%" or "2/3", of which something is taken.
bool IsShare(absl::string_view before) {
  before = absl::StripTrailingAsciiWhitespace(before);
  if (absl::EndsWith(before, "%")) return true;
  while (!before.empty() && IsDigit(before.back())) before.remove_suffix(1);
  return absl::EndsWith(before, "/");
}

// Reads the letters at `i`; moves `i` past them. A lone "x" between numbers multiplies; another
// lone letter beside an operator is a variable; other words are units and the like: 0.
char ReadLetters(absl::string_view text, size_t& i) {
  const size_t begin = i;
  while (i < text.size() && IsLetter(text[i])) ++i;
  const absl::string_view word = text.substr(begin, i - begin);
  if (std::find(std::begin(kFunctions), std::end(kFunctions), word) != std::end(kFunctions)) {
    return kUnknown;
  }
  if (word == "of") {
    const absl::string_view whole = absl::StripLeadingAsciiWhitespace(text.substr(i));
    const bool of_number = !whole.empty() && (IsDigit(whole[0]) || whole[0] == '$');
    return of_number && IsShare(text.substr(0, begin)) ? '*' : 0;
  }
  if (i < text.size() && text[i] == '(' && word != "x") return kUnknown;  // "f(2)"
  if (word.size() > 1) return 0;
  const absl::string_view before = absl::StripTrailingAsciiWhitespace(text.substr(0, begin));
  const absl::string_view after = absl::StripLeadingAsciiWhitespace(text.substr(i));
  const char last = before.empty() ? ' ' : before.back();
  const char next = after.empty() ? ' ' : after.front();
  constexpr absl::string_view kOperators = "+-*/^(";
  const bool after_operator = absl::StrContains(kOperators, last);
  const bool before_operator = absl::StrContains("+-*/^", absl::string_view(&next, 1));
  if ((word == "x" || word == "X") && !after_operator && !before_operator) {
    return before.empty() || after.empty() ? kUnknown : '*';
  }
  return after_operator || before_operator || word == "n" || word == "y" ? kUnknown : 0;
}

// Numbers and operators of one side; words and units between them are passed over.
std::vector<Term> ReadTerms(absl::string_view text) {
  std::vector<Term> terms;
  text = absl::StripLeadingAsciiWhitespace(text);
  // The bullet of a list is no sign.
  if (absl::StartsWith(text, "- ") || absl::StartsWith(text, "* ")) text.remove_prefix(2);
  size_t i = 0;
  while (i < text.size() && terms.size() < kMaxTerms) {
    if (IsDigit(text[i]) || (text[i] == '.' && i + 1 < text.size() && IsDigit(text[i + 1]))) {
      terms.push_back(ReadNumber(text, i));
    } else if (IsLetter(text[i])) {
      if (const char op = ReadLetters(text, i)) terms.push_back({.op = op});
    } else if (const char op = ReadOperator(text, i)) {
      terms.push_back({.op = op, .spaced = i < text.size() && text[i] == ' '});
    } else {
      ++i;
    }
  }
  return terms;
}

// Evaluates terms from `begin` on by the usual precedence; nothing when they are not one sum.
class Evaluator {
 public:
  Evaluator(const std::vector<Term>& terms, size_t begin) : terms_(terms), at_(begin) {}

  std::optional<double> Run() {
    const std::optional<double> value = Sum();
    return value.has_value() && at_ == terms_.size() && std::isfinite(*value) ? value
                                                                              : std::nullopt;
  }

 private:
  char Peek() const { return at_ < terms_.size() ? terms_[at_].op : '\0'; }

  std::optional<double> Sum() {
    std::optional<double> left = Product();
    while (left.has_value() && (Peek() == '+' || Peek() == '-')) {
      const bool plus = terms_[at_++].op == '+';
      const std::optional<double> right = Product();
      if (!right.has_value()) return std::nullopt;
      *left += plus ? *right : -*right;
    }
    return left;
  }

  std::optional<double> Product() {
    std::optional<double> left = Factor();
    while (left.has_value() && (Peek() == '*' || Peek() == '/')) {
      const bool times = terms_[at_++].op == '*';
      const std::optional<double> right = Factor();
      if (!right.has_value() || (!times && *right == 0)) return std::nullopt;
      *left = times ? *left * *right : *left / *right;
    }
    return left;
  }

  std::optional<double> Factor() {
    // A sign of its own stands directly before its number.
    if (Peek() == '-' && !terms_[at_].spaced && ++depth_ <= kMaxParentheses) {
      ++at_;
      const std::optional<double> value = Factor();
      --depth_;
      return value.has_value() ? std::optional<double>(-*value) : std::nullopt;
    }
    const std::optional<double> base = Atom();
    if (!base.has_value() || Peek() != '^' || ++depth_ > kMaxParentheses) return base;
    ++at_;
    const std::optional<double> exponent = Factor();
    --depth_;
    return exponent.has_value() ? std::optional<double>(std::pow(*base, *exponent)) : std::nullopt;
  }

  std::optional<double> Atom() {
    if (Peek() == 'n') return terms_[at_++].value;
    if (Peek() != '(' || ++depth_ > kMaxParentheses) return std::nullopt;
    ++at_;
    const std::optional<double> inside = Sum();
    if (Peek() != ')') return std::nullopt;
    ++at_;
    --depth_;
    return inside;
  }

  const std::vector<Term>& terms_;
  size_t at_;
  int depth_ = 0;
};

// The bytes before `equals` that can belong to its left side.
absl::string_view LeftSide(absl::string_view text, size_t equals) {
  const size_t earliest = equals > kMaxSideBytes ? equals - kMaxSideBytes : 0;
  size_t begin = equals;
  while (begin > earliest) {
    const char c = text[begin - 1];
    const bool ends_sentence = (c == '.' || c == '?' || c == '!' || c == ';' || c == ':') &&
                               !(c == '.' && IsDigit(text[begin]));
    if (c == '\n' || c == '=' || c == '<' || c == '>' || ends_sentence) break;
    --begin;
  }
  return text.substr(begin, equals - begin);
}

// Whether a sum goes on at `i`, behind a number: an operator with a number on its other side.
bool GoesOn(absl::string_view text, size_t i) {
  while (i < text.size() && text[i] == ' ') ++i;
  if (i >= text.size()) return false;
  const bool lone_x = text[i] == 'x' && i + 1 < text.size() && !IsLetter(text[i + 1]);
  if (lone_x) {
    ++i;
  } else if (ReadOperator(text, i) == 0) {
    return IsLetter(text[i]) && (i + 1 == text.size() || !IsLetter(text[i + 1])) &&
           IsDigit(text[i - 1]);  // "3x": a variable
  }
  while (i < text.size() && (text[i] == ' ' || text[i] == '$')) ++i;
  return i < text.size() && (IsDigit(text[i]) || text[i] == '(' || IsLetter(text[i]));
}

// The value to the right of the "=": a number when nothing but currency signs stands before it, or
// the sum it begins.
std::optional<Term> RightNumber(absl::string_view text, size_t equals) {
  size_t i = equals + 1;
  bool negative = false;
  while (i < text.size() && (text[i] == ' ' || text[i] == '$' || text[i] == '-' ||
                             static_cast<unsigned char>(text[i]) >= 0x80)) {
    negative = negative || text[i] == '-';
    ++i;
  }
  if (i >= text.size() || !(IsDigit(text[i]) || text[i] == '.' || text[i] == '(')) {
    return std::nullopt;
  }
  const size_t begin = i;
  const bool is_sum = text[i] == '(';
  Term term = is_sum ? Term() : ReadNumber(text, i);
  if (is_sum || GoesOn(text, i)) {
    // "= 2 * 7 = 14", "= 3/4": what goes on belongs to this side, up to where the sum ends.
    const absl::string_view rest = text.substr(begin, kMaxSideBytes);
    const size_t end = std::min(rest.find_first_of("=\n;>"), rest.find(", "));
    const std::vector<Term> terms = ReadTerms(rest.substr(0, end));
    const std::optional<double> value = Evaluator(terms, 0).Run();
    if (!value.has_value()) return std::nullopt;
    term.value = *value;
    term.decimals = kComputedDecimals;
  }
  if (negative) term.value = -term.value;
  return term;
}

// Whether numbers are joined by more than the signs of dates and ranges ("2026-01-05", "5-10").
bool HasSpacedOperator(absl::string_view run) {
  for (const absl::string_view sign : {"+", "*", "^", "×", "÷", " x ", " - ", " / ", " − "}) {
    if (absl::StrContains(run, sign)) return true;
  }
  return false;
}

bool Holds(double computed, const Term& stated) {
  const double rounding = 0.51 * std::pow(10.0, -stated.decimals);
  const double exact_whole = stated.decimals == 0 && std::fabs(computed) < 1000 &&
                             std::fabs(computed - std::round(computed)) < 1e-9;
  const double difference = std::fabs(computed - stated.value);
  if (exact_whole) return difference < 1e-6;
  return difference <= std::max(rounding, kRelativeTolerance * std::fabs(computed));
}

// Whether `text` goes on with `word` at `i`; moves `i` past it.
bool Skip(absl::string_view text, absl::string_view word, size_t& i) {
  if (text.substr(i, word.size()) != word) return false;
  i += word.size();
  return true;
}

// The text with TeX's operators and fractions in plain signs: "\\frac{1}{2} \\times 4" → "(1)/(2) *
// 4". The text itself when it holds no TeX.
absl::string_view WithoutTex(absl::string_view text, std::string& plain) {
  if (!absl::StrContains(text, '\\')) return text;
  plain.reserve(text.size());
  int fractions = 0;  // braces of fractions that are open
  for (size_t i = 0; i < text.size();) {
    if (Skip(text, "\\times", i) || Skip(text, "\\cdot", i)) {
      plain.push_back('*');
    } else if (Skip(text, "\\div", i)) {
      plain.push_back('/');
    } else if (Skip(text, "\\frac{", i) || Skip(text, "\\dfrac{", i)) {
      plain.append("((");
      fractions = std::min(fractions + 2, 2 * kMaxParentheses);
    } else if (Skip(text, "\\sqrt", i)) {
      plain.append("sqrt");
    } else if (fractions > 0 && Skip(text, "}{", i)) {
      plain.append(")/(");
      --fractions;
    } else if (fractions > 0 && Skip(text, "}", i)) {
      plain.append("))");
      --fractions;
    } else if (!Skip(text, "\\,", i) && !Skip(text, "\\left", i) && !Skip(text, "\\right", i) &&
               !Skip(text, "\\", i) && !Skip(text, "{", i) && !Skip(text, "}", i)) {
      plain.push_back(text[i++]);
    }
  }
  return plain;
}

// The first digit, parenthesis or sign from `begin` on.
size_t FindSumBegin(absl::string_view text, size_t begin) {
  for (; begin < text.size(); begin += kBlockBytes) {
    const Block block(text, begin);
    const uint64_t marks = BlockBits(block.bytes(), [](Chunk chunk) {
      return chunk.Within('0', '9') | chunk.Equal('(') | chunk.Equal('-');
    });
    if (marks != 0) return begin + static_cast<size_t>(absl::countr_zero(marks));
  }
  return absl::string_view::npos;
}

}  // namespace

std::optional<double> FindAskedSum(absl::string_view written) {
  std::string plain;
  const absl::string_view text = WithoutTex(written, plain);
  constexpr absl::string_view kSumBytes = "0123456789.,+-*/^()$ xX\xC3\x97\xB7\xE2\x88\x92";
  for (size_t begin = 0; begin < text.size();) {
    begin = FindSumBegin(text, begin);
    if (begin == absl::string_view::npos) break;
    const size_t stop = text.find_first_not_of(kSumBytes, begin);
    const absl::string_view run = text.substr(begin, std::min(stop, text.size()) - begin);
    begin += run.size();
    if (run.size() > kMaxSideBytes || !HasSpacedOperator(run)) continue;
    const std::vector<Term> terms = ReadTerms(run);
    const std::optional<double> value = Evaluator(terms, 0).Run();
    const auto numbers =
        std::count_if(terms.begin(), terms.end(), [](const Term& term) { return term.op == 'n'; });
    if (value.has_value() && numbers >= 2) return value;
  }
  return std::nullopt;
}

std::vector<Equation> FindEquations(absl::string_view written) {
  std::vector<Equation> equations;
  std::string plain;
  const absl::string_view text = WithoutTex(written, plain);
  for (size_t equals = text.find('='); equals != absl::string_view::npos;
       equals = text.find('=', equals + 1)) {
    const std::optional<Term> stated = RightNumber(text, equals);
    if (!stated.has_value()) continue;
    const std::vector<Term> terms = ReadTerms(LeftSide(text, equals));
    // Words before the sum may hold numbers of their own: take the longest end that is a sum.
    for (size_t begin = 0; begin + 2 < terms.size(); ++begin) {
      // What follows an operator or a variable is a part of a sum, not the sum.
      const char before = begin == 0 ? 'n' : terms[begin - 1].op;
      if (before != 'n' && before != ')') continue;
      const std::optional<double> computed = Evaluator(terms, begin).Run();
      if (!computed.has_value()) continue;
      Equation equation{.stated = stated->value, .computed = *computed};
      equation.holds = Holds(*computed, *stated) ||
                       // "30% of …" is worked out as a percentage as often as a share.
                       Holds(*computed * 100, *stated);
      for (size_t i = begin; i < terms.size(); ++i) {
        if (terms[i].op == 'n') equation.operands.push_back(terms[i].value);
      }
      if (equation.operands.size() >= 2) equations.push_back(std::move(equation));
      break;
    }
  }
  return equations;
}

}  // namespace throughline::router::text
