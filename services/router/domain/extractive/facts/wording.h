#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_WORDING_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_WORDING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/facts/text.h"

// The sentence a fact is read as. Every function gives an empty string when no natural sentence
// can be made of the words; such words are no fact. Pure and thread-safe.
namespace throughline::router::extractive {

// The fact in words, closing full stop included; figures and days as they were said.
std::string FactSentence(const Statement& atom, const Cast& cast);

// "where does the data sit" -> "where the data sits", "do you have a SOC report" -> "whether Acme
// has a SOC report": asked by `speaker`.
std::string IndirectQuestion(absl::string_view question, const std::string& speaker,
                             const Cast& cast);

// A short answer joined to its question: "how many ovens do you run" and "ninety-two" ->
// "Northwind Foods runs ninety-two ovens". Without the closing mark.
std::string AnswerSentence(absl::string_view question, const std::string& asker,
                           absl::string_view answer, const std::string& answerer, const Cast& cast);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_WORDING_H_
