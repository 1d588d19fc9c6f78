#include "services/router/domain/recent_economics.h"

#include <algorithm>

namespace throughline::router {

void RecentEconomics::Observe(const Decision& decision) {
  const bool drafted =
      std::any_of(decision.attempts.begin(), decision.attempts.end(),
                  [](const Attempt& attempt) { return attempt.role == AttemptRole::kDraft; });
  if (!drafted || decision.outcome == DecisionOutcome::kFailed ||
      decision.baseline_cost.nano_usd == 0 || decision.baseline_cost.unpriced) {
    return;
  }
  const Entry entry{.cost_nano_usd = decision.cost.nano_usd,
                    .baseline_nano_usd = decision.baseline_cost.nano_usd,
                    .escalated = decision.outcome == DecisionOutcome::kEscalated};
  absl::MutexLock lock(&mutex_);
  Window& window = windows_[static_cast<size_t>(decision.task) - 1];
  const auto add = [&](const Entry& of, int64_t sign) {
    window.cost_nano_usd += sign * of.cost_nano_usd;
    window.baseline_nano_usd += sign * of.baseline_nano_usd;
    window.escalated += sign * (of.escalated ? 1 : 0);
  };
  add(entry, 1);
  window.entries.push_back(entry);
  if (window.entries.size() > kWindow) {
    add(window.entries.front(), -1);
    window.entries.pop_front();
  }
}

CascadeEconomics RecentEconomics::Of(TaskKind task) const {
  absl::MutexLock lock(&mutex_);
  const Window& window = WindowOf(task);
  return {.task = task,
          .decisions = static_cast<int64_t>(window.entries.size()),
          .escalated = window.escalated,
          .cost = {.nano_usd = window.cost_nano_usd},
          .baseline_cost = {.nano_usd = window.baseline_nano_usd}};
}

bool RecentEconomics::IsDearer(TaskKind task) const {
  const CascadeEconomics recent = Of(task);
  return recent.decisions >= static_cast<int64_t>(kFewest) && recent.Dearer();
}

bool RecentEconomics::ShouldSkipDraft(TaskKind task) {
  const CascadeEconomics recent = Of(task);
  const bool loses = recent.decisions >= static_cast<int64_t>(kFewest) &&
                     static_cast<double>(recent.cost.nano_usd) >
                         kClearLoss * static_cast<double>(recent.baseline_cost.nano_usd);
  if (!loses) return false;
  absl::MutexLock lock(&mutex_);
  Window& window = windows_[static_cast<size_t>(task) - 1];
  window.skipped = (window.skipped + 1) % kProbeEvery;
  return window.skipped != 0;
}

}  // namespace throughline::router
