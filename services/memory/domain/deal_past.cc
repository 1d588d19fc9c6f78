#include "services/memory/domain/deal_past.h"

#include <iterator>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/memory/domain/deal_fold.h"

namespace throughline::memory {
namespace {

// Takes out of `items` all but the first `kept` and the newest, `most` in all.
template <typename T>
std::vector<T> TakeMiddle(size_t kept, size_t most, std::vector<T>* items) {
  if (items->size() <= most) return {};
  const auto begin = items->begin() + static_cast<std::ptrdiff_t>(kept);
  const auto end = begin + static_cast<std::ptrdiff_t>(items->size() - most);
  std::vector<T> middle(std::make_move_iterator(begin), std::make_move_iterator(end));
  items->erase(begin, end);
  return middle;
}

}  // namespace

deal::DealState TakePast(deal::DealState* deal) {
  deal::DealState past{.timeline = TakeMiddle(0, kMaxCallsInBrief, &deal->timeline)};
  for (deal::Blocker& blocker : deal->blockers) {
    auto steps = TakeMiddle(1, kMaxStepsInBrief, &blocker.history);
    if (!steps.empty()) past.blockers.push_back({.id = blocker.id, .history = std::move(steps)});
  }
  return past;
}

void PutBack(const std::vector<deal::DealState>& past, deal::DealState* deal) {
  std::vector<deal::TimelineEntry> timeline;
  absl::flat_hash_map<absl::string_view, std::vector<const deal::Blocker*>> steps_of;
  for (const deal::DealState& part : past) {
    timeline.insert(timeline.end(), part.timeline.begin(), part.timeline.end());
    for (const deal::Blocker& blocker : part.blockers) steps_of[blocker.id].push_back(&blocker);
  }
  timeline.insert(timeline.end(), std::make_move_iterator(deal->timeline.begin()),
                  std::make_move_iterator(deal->timeline.end()));
  deal->timeline = std::move(timeline);
  for (deal::Blocker& blocker : deal->blockers) {
    const auto found = steps_of.find(blocker.id);
    if (found == steps_of.end()) continue;
    // In the order they were told, which is that of steps of one moment.
    const std::vector<deal::BlockerTransition> known = std::move(blocker.history);
    blocker.history = {known.front()};
    for (const deal::Blocker* part : found->second) AddSteps(part->history, &blocker.history);
    AddSteps(known, &blocker.history);
  }
}

}  // namespace throughline::memory
