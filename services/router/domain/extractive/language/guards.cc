#include "services/router/domain/extractive/language/guards.h"

#include "absl/strings/string_view.h"

namespace throughline::router::extractive {
namespace {

// A sentence that begins so goes on about the same thing as the one before.
bool ContinuesAnecdote(absl::string_view word) {
  return word == "it" || word == "they" || word == "that" || word == "he" || word == "she" ||
         word == "and" || word == "so";
}

bool InPastTense(const Reading& reading, const Span& span) {
  for (size_t i = span.first_token; i < span.last_token; ++i) {
    const absl::string_view word = reading.tokens[i].text;
    if (word == "was" || word == "were" || word == "did" || word == "had" || word == "never" ||
        word == "said" || word == "took") {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<Guards> FindGuards(const Reading& reading, const std::vector<CueMatch>& matches) {
  std::vector<Guards> guards(reading.clauses.size());
  std::vector<Guards> sentences(reading.sentences.size());
  for (const CueMatch& match : matches) {
    const absl::string_view kind = match.cue->kind;
    if (kind.substr(0, 6) != "guard.") continue;
    const size_t clause = ClauseOf(reading, match.first_token);
    const size_t sentence = SentenceOf(reading, match.first_token);
    const absl::string_view name = kind.substr(6);
    if (name == "anecdote") sentences[sentence].anecdote = true;
    if (name == "third_party") sentences[sentence].third_party = true;
    if (name == "hypothetical") {
      guards[clause].hypothetical = true;
      // The consequence of an "if" is as hypothetical as the condition, the words before are not.
      for (size_t i = clause; i < guards.size() && reading.clauses[i].sentence == sentence; ++i) {
        guards[i].hypothetical = true;
      }
    }
    if (name == "reported") guards[clause].reported = true;
    if (name == "hedge") guards[clause].hedged = true;
    if (name == "denial") guards[clause].denied = true;
  }
  for (size_t i = 1; i < sentences.size(); ++i) {
    const Span& span = reading.sentences[i].span;
    if (sentences[i - 1].anecdote && ContinuesAnecdote(reading.tokens[span.first_token].text) &&
        InPastTense(reading, span)) {
      sentences[i].anecdote = true;
    }
  }
  for (size_t i = 0; i < guards.size(); ++i) {
    const size_t sentence = reading.clauses[i].sentence;
    guards[i].question = reading.sentences[sentence].question;
    guards[i].anecdote = sentences[sentence].anecdote;
    guards[i].third_party = sentences[sentence].third_party;
  }
  return guards;
}

bool NegatedBefore(const Reading& reading, size_t token, size_t window) {
  const Span& clause = reading.clauses[ClauseOf(reading, token)].span;
  for (size_t back = 1; back <= window && token >= clause.first_token + back; ++back) {
    // "No, write to her": a pause ends the reach of the negation.
    if (reading.tokens[token - back + 1].before != 0) return false;
    const absl::string_view word = reading.tokens[token - back].text;
    if (word == "not" || word == "no" || word == "never" || word == "nothing" || word == "nobody" ||
        word == "without" || word == "neither" || word == "none" || word == "nor") {
      return true;
    }
  }
  return false;
}

}  // namespace throughline::router::extractive
