#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_LIFECYCLE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_LIFECYCLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "common/deal/types.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/statements.h"

// The ledger of blockers: what was known before the call, moved by what was said in it.
namespace throughline::router::extractive {

// A blocker while the call is read.
struct Entry {
  deal::Blocker blocker;
  std::vector<std::string> stems;
  std::string family;
  double topic_weight = 0;
  size_t line = 0;                   // of the last statement of this call about it
  std::string raiser;                // who said it first; a name
  bool known = false;                // from an earlier call
  bool mentioned = false;            // in this call
  bool in_review = false;            // the customer's own hands are on it
  Move strongest = Move::kProgress;  // of this call's statements while it was open
  double strength = 0;
  size_t order = 0;    // of the last statement about it; later is larger
  deal::Evidence why;  // the statement behind `strongest`
};

// What a blocker without its own words is called.
std::string DefaultObject(deal::BlockerCategory category);

std::vector<Entry> ApplyStatements(const CallView& call,
                                   const std::vector<BlockerStatement>& statements);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_LIFECYCLE_H_
