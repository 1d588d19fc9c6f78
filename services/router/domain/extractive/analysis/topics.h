#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_TOPICS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_TOPICS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/call.h"

// What statements are about: noun phrases with a category.
namespace throughline::router::extractive {

// "a written EU data residency guarantee": tokens of the phrase without its article.
struct Topic {
  deal::BlockerCategory category = deal::BlockerCategory::kUnspecified;
  double weight = 0;
  size_t line = 0;
  size_t first_token = 0;
  size_t last_token = 0;
  std::string phrase;              // verbatim words of the noun phrase
  std::vector<std::string> stems;  // of the phrase
  std::string family;              // what the words are one name of; may be empty
};

deal::BlockerCategory CategoryFromName(absl::string_view name);

// What the words of `phrase` are one name of ("accessibility" for "current VPAT"); may be empty.
std::string FamilyOf(absl::string_view phrase);

// Categories of which a deal has one object: all that is said of the price is one blocker.
bool IsSingleton(deal::BlockerCategory category);

// Categories in which a requirement or an open question is something in the way.
bool CountsAsRequirement(deal::BlockerCategory category);

// Categories that people mix up for the same object: security and compliance, price and budget …
bool AreCompatible(deal::BlockerCategory a, deal::BlockerCategory b);

// The topics of every line, in order of speech, overlapping ones merged. Names of competitors and
// the objects of known blockers count as topics.
std::vector<std::vector<Topic>> FindTopics(const CallView& call);

// The noun phrase around tokens [first, last), without leaving [low, high): adjectives and names
// to the left, document nouns to the right.
Span PhraseAround(const Line& line, size_t first, size_t last, size_t low, size_t high);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_TOPICS_H_
