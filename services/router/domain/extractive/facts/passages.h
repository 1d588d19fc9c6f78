#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_PASSAGES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_PASSAGES_H_

#include <string>
#include <vector>

#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/facts/text.h"

// What was said in words that no single sentence can stand for: "It came on the twenty-fourth. I
// called her and she read it back. So I'm satisfied." Such words are kept together, as one fact.
namespace throughline::router::extractive {

// The longest passage, in words.
inline constexpr size_t kMaxPassageWords = 42;

// The runs of `statements` that `kept` leaves unsaid, each with the sentence before it where it
// points back. `kept` are the atoms that became facts.
std::vector<Statement> FindPassages(const std::vector<Statement>& statements,
                                    const std::vector<Statement>& kept, const Cast& cast);

// The passage seen from outside: "Asked how long, Lonnie Tate said: five months; nobody protests."
// Empty when nothing can be told.
std::string PassageSentence(const Statement& passage, const Cast& cast);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_PASSAGES_H_
