#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_CLAUSE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_CLAUSE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/tokens.h"

// Turns of speech cut into sentences and clauses, each with its place in the turn.
// Pure and thread-safe.
namespace throughline::router::extractive {

// Half-open range of tokens and of bytes.
struct Span {
  size_t first_token = 0;
  size_t last_token = 0;  // exclusive
  size_t begin = 0;
  size_t end = 0;  // exclusive; includes the closing punctuation
};

struct Sentence {
  Span span;
  bool question = false;  // ends with "?"
};

struct Clause {
  Span span;
  size_t sentence = 0;  // index into Reading::sentences
};

// One turn, read.
struct Reading {
  std::vector<Token> tokens;
  std::vector<Sentence> sentences;
  std::vector<Clause> clauses;
};

// A sentence of hundreds of words is cut where a clause begins, and has at most 400.
Reading ReadTurn(absl::string_view text);

// The words of `span` exactly as they stand in `text`, without surrounding space.
std::string Quote(absl::string_view text, const Span& span);

// The span that covers tokens [first, last) of `reading`, ending at the last word's end.
Span TokenSpan(const Reading& reading, size_t first, size_t last);

// The sentence or clause in which token `token` stands.
size_t SentenceOf(const Reading& reading, size_t token);
size_t ClauseOf(const Reading& reading, size_t token);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_CLAUSE_H_
