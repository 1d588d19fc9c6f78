#include "services/router/domain/text/equations.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"

namespace throughline::router::text {
namespace {

constexpr size_t kMaxSideBytes = 160;
constexpr size_t kMaxTerms = 64;
constexpr int kMaxParentheses = 16;
constexpr double kRelativeTolerance = 0.005;

struct Term {
  char op = 0;  // one of + - * / ( ) or 'n' for a number
  double value = 0;
  int decimals = 0;
};

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

// The operator at `i`, if one stands there; moves `i` past it.
char ReadOperator(absl::string_view text, size_t& i) {
  const absl::string_view rest = text.substr(i);
  for (const absl::string_view sign : {"×", "÷", "−", "–"}) {
    if (rest.substr(0, sign.size()) != sign) continue;
    i += sign.size();
    return sign == "×" ? '*' : sign == "÷" ? '/' : '-';
  }
  const char c = rest[0];
  const bool lone_x = (c == 'x' || c == 'X') && (i == 0 || !IsLetter(text[i - 1])) &&
                      (rest.size() < 2 || !IsLetter(rest[1]));
  if (c == '+' || c == '-' || c == '*' || c == '/' || c == '(' || c == ')' || lone_x) {
    ++i;
    return lone_x ? '*' : c;
  }
  return 0;
}

// Numbers and operators of one side; words and units between them are passed over.
std::vector<Term> ReadTerms(absl::string_view text) {
  std::vector<Term> terms;
  size_t i = 0;
  while (i < text.size() && terms.size() < kMaxTerms) {
    if (IsDigit(text[i]) || (text[i] == '.' && i + 1 < text.size() && IsDigit(text[i + 1]))) {
      terms.push_back(ReadNumber(text, i));
    } else if (const char op = ReadOperator(text, i)) {
      terms.push_back({.op = op});
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

// The number that follows the "=": its first, when nothing but currency signs stands before it.
std::optional<Term> RightNumber(absl::string_view text, size_t equals) {
  size_t i = equals + 1;
  bool negative = false;
  while (i < text.size() && (text[i] == ' ' || text[i] == '$' || text[i] == '-' ||
                             static_cast<unsigned char>(text[i]) >= 0x80)) {
    negative = negative || text[i] == '-';
    ++i;
  }
  if (i >= text.size() || !(IsDigit(text[i]) || text[i] == '.')) return std::nullopt;
  Term term = ReadNumber(text, i);
  if (negative) term.value = -term.value;
  return term;
}

bool Holds(double computed, const Term& stated) {
  const double rounding = 0.51 * std::pow(10.0, -stated.decimals);
  const double exact_whole = stated.decimals == 0 && std::fabs(computed) < 1000 &&
                             std::fabs(computed - std::round(computed)) < 1e-9;
  const double difference = std::fabs(computed - stated.value);
  if (exact_whole) return difference < 1e-6;
  return difference <= std::max(rounding, kRelativeTolerance * std::fabs(computed));
}

}  // namespace

std::vector<Equation> FindEquations(absl::string_view text) {
  std::vector<Equation> equations;
  for (size_t equals = text.find('='); equals != absl::string_view::npos;
       equals = text.find('=', equals + 1)) {
    const std::optional<Term> stated = RightNumber(text, equals);
    if (!stated.has_value()) continue;
    const std::vector<Term> terms = ReadTerms(LeftSide(text, equals));
    // Words before the sum may hold numbers of their own: take the longest end that is a sum.
    for (size_t begin = 0; begin + 2 < terms.size(); ++begin) {
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
