#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_FACTS_FOR_TESTS_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_FACTS_FOR_TESTS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/memory/domain/commands.h"

// Short ways to say what tests retain.
namespace throughline::memory {

inline absl::Time Day(int month, int day) {
  return absl::FromCivil(absl::CivilDay(2026, month, day), absl::UTCTimeZone());
}

inline deal::Evidence Said(const std::string& call_id, int turn, const std::string& quote,
                           const std::string& speaker = "Ann Lee") {
  return {.call_id = call_id, .turn = turn, .speaker = speaker, .quote = quote};
}

// A single-valued fact.
inline deal::Fact ValueFact(const std::string& attribute, const std::string& value,
                            const deal::Evidence& evidence) {
  return {.kind = deal::FactKind::kBudget,
          .text = absl::StrCat("The ", attribute, " is ", value, "."),
          .attribute = attribute,
          .value = value,
          .evidence = {evidence},
          .confidence = 0.9};
}

// A fact that stands beside others.
inline deal::Fact PlainFact(const std::string& text, const deal::Evidence& evidence) {
  return {
      .kind = deal::FactKind::kStatement, .text = text, .evidence = {evidence}, .confidence = 0.8};
}

inline RetainCommand OfCall(const std::string& call_id, absl::Time at,
                            std::vector<deal::Fact> facts) {
  return {.call = CallRecord{.call_id = call_id, .occurred_at = at, .summary = "They talked."},
          .facts = std::move(facts)};
}

inline deal::Blocker BlockerOf(deal::BlockerCategory category, const std::string& object,
                               std::vector<deal::BlockerTransition> history) {
  deal::Blocker blocker{.id = deal::BlockerId(category, object),
                        .category = category,
                        .object = object,
                        .description = absl::StrCat(object, " is in the way."),
                        .history = std::move(history)};
  blocker.status = blocker.history.back().status;
  return blocker;
}

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_FACTS_FOR_TESTS_H_
