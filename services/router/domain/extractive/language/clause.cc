#include "services/router/domain/extractive/language/clause.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

// A full stop after these does not end a sentence.
bool IsAbbreviation(absl::string_view word) {
  static const WordSet& listed = WordList("abbreviation");
  return listed.contains(word);
}

bool IsConjunction(absl::string_view word) {
  static const WordSet& listed = WordList("conjunction");
  return listed.contains(word);
}

bool IsSubject(absl::string_view word) {
  static const WordSet& listed = WordList("subject");
  return listed.contains(word);
}

// A sentence of so many words ends at its next clause, and at the latest with so many: nobody says
// one, and what is found in a sentence is compared with all else in it.
constexpr size_t kLongSentenceWords = 200;
constexpr size_t kMaxSentenceWords = 400;

bool EndsSentence(const std::vector<Token>& tokens, size_t next, absl::string_view text) {
  const Token& token = tokens[next];
  if (token.before != '.' && token.before != '?' && token.before != '!') return false;
  if (token.before == '.' && IsAbbreviation(tokens[next - 1].text)) return false;
  // "p.m.", "sarah.chen": no white space between the mark and the word.
  const absl::string_view between =
      text.substr(tokens[next - 1].end, token.begin - tokens[next - 1].end);
  if (between.find(' ') == absl::string_view::npos &&
      between.find('\n') == absl::string_view::npos) {
    return false;
  }
  const bool initial = tokens[next - 1].text.size() == 1 && tokens[next - 1].text != "i" &&
                       token.before == '.' && !token.capital;
  return !initial;
}

bool StartsClause(const std::vector<Token>& tokens, size_t at) {
  const Token& token = tokens[at];
  if (token.before == ';' || token.before == ':' || token.before == '-') return true;
  const bool comma = token.before == ',' || token.before == '"';
  const absl::string_view word = token.text;
  if (comma) return IsConjunction(word) || IsSubject(word);
  if (word == "but" || word == "because" || word == "unless") return true;
  const bool joins = word == "and" || word == "so" || word == "until";
  return joins && at + 1 < tokens.size() && IsSubject(tokens[at + 1].text);
}

size_t EndOfSpan(const std::vector<Token>& tokens, size_t last, absl::string_view text) {
  const size_t limit = last < tokens.size() ? tokens[last].begin : text.size();
  size_t end = limit;
  const auto trim = [&] {
    while (end > tokens[last - 1].end &&
           absl::ascii_isspace(static_cast<unsigned char>(text[end - 1]))) {
      --end;
    }
  };
  trim();
  // An opening mark after white space belongs to what follows.
  const bool opening = end >= tokens[last - 1].end + 2 && last < tokens.size() &&
                       (text[end - 1] == '"' || text[end - 1] == '(' || text[end - 1] == '\'') &&
                       absl::ascii_isspace(static_cast<unsigned char>(text[end - 2]));
  if (opening) {
    --end;
    trim();
  }
  return end;
}

}  // namespace

Reading ReadTurn(absl::string_view text) {
  Reading reading;
  reading.tokens = Tokenize(text);
  const std::vector<Token>& tokens = reading.tokens;
  size_t sentence_first = 0;
  size_t clause_first = 0;
  const auto close_clause = [&](size_t last) {
    if (last == clause_first) return;
    reading.clauses.push_back(
        {{clause_first, last, tokens[clause_first].begin, EndOfSpan(tokens, last, text)},
         reading.sentences.size()});
    clause_first = last;
  };
  const auto close_sentence = [&](size_t last) {
    if (last == sentence_first) return;
    close_clause(last);
    const size_t end = EndOfSpan(tokens, last, text);
    const absl::string_view tail = text.substr(tokens[last - 1].end, end - tokens[last - 1].end);
    reading.sentences.push_back({{sentence_first, last, tokens[sentence_first].begin, end},
                                 tail.find('?') != absl::string_view::npos});
    sentence_first = last;
  };
  for (size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].begin == tokens[i - 1].begin) continue;  // second half of a contraction
    const size_t words = i - sentence_first;
    const bool starts_clause = StartsClause(tokens, i);
    if (EndsSentence(tokens, i, text) || (words >= kLongSentenceWords && starts_clause) ||
        words >= kMaxSentenceWords) {
      close_sentence(i);
    } else if (starts_clause) {
      close_clause(i);
    }
  }
  if (!tokens.empty()) close_sentence(tokens.size());
  return reading;
}

std::string Quote(absl::string_view text, const Span& span) {
  return std::string(absl::StripAsciiWhitespace(text.substr(span.begin, span.end - span.begin)));
}

Span TokenSpan(const Reading& reading, size_t first, size_t last) {
  return {first, last, reading.tokens[first].begin, reading.tokens[last - 1].end};
}

size_t SentenceOf(const Reading& reading, size_t token) {
  const auto after = std::upper_bound(
      reading.sentences.begin(), reading.sentences.end(), token,
      [](size_t value, const Sentence& sentence) { return value < sentence.span.last_token; });
  return std::min<size_t>(after - reading.sentences.begin(), reading.sentences.size() - 1);
}

size_t ClauseOf(const Reading& reading, size_t token) {
  const auto after = std::upper_bound(
      reading.clauses.begin(), reading.clauses.end(), token,
      [](size_t value, const Clause& clause) { return value < clause.span.last_token; });
  return std::min<size_t>(after - reading.clauses.begin(), reading.clauses.size() - 1);
}

}  // namespace throughline::router::extractive
