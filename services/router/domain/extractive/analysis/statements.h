#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_STATEMENTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_STATEMENTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/moves.h"
#include "services/router/domain/extractive/analysis/topics.h"

// What customers say about things in the way, one statement per thing, in order of speech.
namespace throughline::router::extractive {

struct BlockerStatement {
  Move move = Move::kRaise;
  deal::BlockerCategory category = deal::BlockerCategory::kUnspecified;
  std::string object;              // verbatim noun phrase; empty when only the category is known
  std::vector<std::string> stems;  // of the object
  std::string family;              // what the object's words are one name of; may be empty
  double topic_weight = 0;         // how surely the object belongs to the category
  double weight = 1;               // of the cue
  bool named = false;              // the object stands in the statement itself
  bool only = false;               // "and nothing else"
  size_t speaker = kNobody;
  size_t actor = kNobody;  // "until the auditor has signed off", "the auditor signed"
  size_t line = 0;
  size_t token = 0;
  deal::Evidence evidence;
  std::string condition;  // the clause that says what would clear it; gates only
};

std::vector<BlockerStatement> FindStatements(CallView& call,
                                             const std::vector<std::vector<Topic>>& topics);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_STATEMENTS_H_
