#include "services/router/domain/extractive/analysis/shapes.h"

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

constexpr size_t kFutureWindow = 4;
constexpr size_t kShortestCondition = 6;

}  // namespace

bool LiesAhead(const Reading& reading, size_t token) {
  static const WordSet& holding = WordList("holds until");
  static const WordSet& ahead = WordList("before what lies ahead");
  const Span& clause = reading.clauses[ClauseOf(reading, token)].span;
  for (size_t i = clause.first_token; i < token; ++i) {
    if (holding.contains(reading.tokens[i].text)) return true;
  }
  for (size_t back = 1; back <= kFutureWindow && token >= clause.first_token + back; ++back) {
    if (ahead.contains(reading.tokens[token - back].text)) return true;
  }
  return false;
}

bool PastBefore(const Reading& reading, size_t token) {
  const Span& clause = reading.clauses[ClauseOf(reading, token)].span;
  for (size_t back = 1; back <= 2 && token >= clause.first_token + back; ++back) {
    const absl::string_view word = reading.tokens[token - back].text;
    if (word == "was" || word == "were" || word == "had" || word == "used") return true;
  }
  return false;
}

std::optional<size_t> EnumerationStart(const Reading& reading, const Span& sentence) {
  size_t at = sentence.first_token;
  if (at < sentence.last_token && reading.tokens[at].text == "and") ++at;
  if (at >= sentence.last_token) return std::nullopt;
  static const WordSet& ordinals = WordList("enumerates");
  const absl::string_view word = reading.tokens[at].text;
  const bool number = word == "number" && at + 2 < sentence.last_token;
  if (ordinals.contains(word) && at + 1 < sentence.last_token &&
      reading.tokens[at + 1].before == ',') {
    return at + 1;
  }
  if (number) return at + 2;
  return std::nullopt;
}

std::optional<size_t> ConditionAt(const Reading& reading, const Span& sentence) {
  std::optional<size_t> until, before, condition;
  size_t negations = 0;
  bool past = false, must = false;
  for (size_t i = sentence.first_token; i < sentence.last_token; ++i) {
    const absl::string_view word = reading.tokens[i].text;
    if (word == "until" || word == "till" || word == "unless") until = i;
    const bool that = i + 1 < sentence.last_token && (reading.tokens[i + 1].text == "that" ||
                                                      reading.tokens[i + 1].text == "then");
    if (word == "before" && !that) before = i;
    if (word == "if") condition = i;
    const bool negative =
        word == "not" || word == "nothing" || word == "nobody" || word == "never" || word == "no";
    if (negative) ++negations;
    must |= word == "must" || word == "need" || word == "needs" ||
            (word == "to" && i > sentence.first_token &&
             (reading.tokens[i - 1].text == "has" || reading.tokens[i - 1].text == "have"));
    past |= word == "was" || word == "were" || word == "did" || word == "had";
  }
  const bool terse = sentence.last_token - sentence.first_token < kShortestCondition;
  if (past || terse) return std::nullopt;
  if (until && negations > 0) return until;
  if (before && (must || negations > 0)) return before;
  if (condition && negations > 1) return condition;
  return std::nullopt;
}

bool SpeaksOfDeal(const Reading& reading, const Span& sentence) {
  static const WordSet& listed = WordList("deal");
  for (size_t i = sentence.first_token; i < sentence.last_token; ++i) {
    if (listed.contains(reading.tokens[i].text)) return true;
  }
  return false;
}

}  // namespace throughline::router::extractive
