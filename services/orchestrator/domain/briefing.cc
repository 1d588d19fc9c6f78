#include "services/orchestrator/domain/briefing.h"

#include <utility>
#include <vector>

namespace throughline::orchestrator {
namespace {

// Leaves the first `kept` of `items` and the newest, `most` in all.
template <typename T>
void KeepNewest(size_t kept, size_t most, std::vector<T>& items) {
  if (items.size() <= most) return;
  const auto surplus = static_cast<std::ptrdiff_t>(items.size() - most);
  const auto begin = items.begin() + static_cast<std::ptrdiff_t>(kept);
  items.erase(begin, begin + surplus);
}

}  // namespace

deal::DealState Brief(deal::DealState state) {
  for (deal::Blocker& blocker : state.blockers) KeepNewest(1, kMaxStepsTold, blocker.history);
  KeepNewest(0, kMaxCallsTold, state.timeline);
  return state;
}

}  // namespace throughline::orchestrator
