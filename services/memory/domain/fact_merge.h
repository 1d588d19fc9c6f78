#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_FACT_MERGE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_FACT_MERGE_H_

#include <string>
#include <vector>

#include "services/memory/domain/records.h"
#include "services/memory/domain/text.h"

// How statements become facts. Pure: the same statements in any order give the same facts.
namespace throughline::memory {

inline constexpr size_t kMaxStatementsPerFact = 200;

// What decides which facts have to do with each other within a customer: subject and attribute for
// single-valued facts; subject and what restatements have in common for those that stand side by
// side (restatement.h).
struct FactIdentity {
  std::string key;
  std::string subject;
  std::string attribute;  // empty: stands side by side
  std::string older_key;  // under which rows of old may stand; empty: none
  std::string sense;      // SenseOfText of what stands side by side
};

FactIdentity IdentifyFact(Stemmer& stemmer, const deal::Fact& fact);

// `fact`, said once. `identity` is the fact's; `default_time` stands in for a valid_from that is
// not stated.
Statement ToStatement(Stemmer& stemmer, const FactIdentity& identity, const deal::Fact& fact,
                      absl::string_view call_id, absl::Time default_time, absl::Time recorded_at);

struct FactMerge {
  std::vector<FactRow> rows;            // all rows of the identity; new ones have sequence 0
  std::vector<bool> changed;            // of each row: differs from what was there
  std::vector<std::string> erased_ids;  // rows that were merged away
  std::vector<RetainedRow> outcomes;    // of each incoming statement, in order
};

// Adds `incoming` to the facts of one identity. Single-valued: statements in order of validity
// form a chain; neighbours with one value are one row, and each row is closed by the next.
// Side by side: restatements of each other are one row, in the words of the fullest. Rows that were
// invalidated keep their statements and take no part, so what is stated again afterwards counts
// again.
FactMerge MergeStatements(Stemmer& stemmer, const FactIdentity& identity,
                          std::vector<FactRow> existing, const std::vector<Statement>& incoming);

// True when two rows of one key tell the story of one fact: values of one attribute, or the same
// thing said before and after it was invalidated.
bool OfOneFact(const FactRow& a, const FactRow& b);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_FACT_MERGE_H_
