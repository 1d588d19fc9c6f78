#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_PAST_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_PAST_H_

#include <cstddef>
#include <vector>

#include "common/deal/types.h"

// A deal in brief is every blocker with the step that began it and its newest ones, the newest
// calls, everybody. It is what writes and recalls go by: with the whole way that the deal has come,
// each call would cost more than the one before. The rest is the deal's past, which is added to and
// read only when the whole deal is asked for. Pure.
namespace throughline::memory {

// The most steps of a blocker, and the most calls, in brief.
inline constexpr size_t kMaxStepsInBrief = 8;
inline constexpr size_t kMaxCallsInBrief = 8;

// Leaves `deal` in brief, and returns what that takes out of it: calls, and blockers that are
// nothing but an id and steps.
deal::DealState TakePast(deal::DealState* deal);

inline bool IsEmpty(const deal::DealState& past) {
  return past.blockers.empty() && past.timeline.empty();
}

// The whole deal again, from what was taken out of it, in order of taking.
void PutBack(const std::vector<deal::DealState>& past, deal::DealState* deal);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_PAST_H_
