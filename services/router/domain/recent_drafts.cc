#include "services/router/domain/recent_drafts.h"

#include <algorithm>

namespace throughline::router {
namespace {

const Attempt* AttemptAs(AttemptRole role, const Decision& decision) {
  const auto found = std::find_if(decision.attempts.begin(), decision.attempts.end(),
                                  [role](const Attempt& attempt) { return attempt.role == role; });
  return found == decision.attempts.end() ? nullptr : &*found;
}

}  // namespace

RecentDrafts::Window& RecentDrafts::WindowOf(const Request& request) {
  return windows_[2 * (static_cast<size_t>(request.task) - 1) + (request.GoesOn() ? 1 : 0)];
}

void RecentDrafts::Observe(const Request& request, const Decision& decision) {
  const Cost& baseline = decision.baseline_cost;
  const bool is_free = decision.cost.nano_usd == 0 && !decision.cost.unpriced &&
                       baseline.nano_usd == 0 && !baseline.unpriced;
  if (!is_free || decision.outcome == DecisionOutcome::kFailed) return;
  const Attempt* const draft = AttemptAs(AttemptRole::kDraft, decision);
  const Attempt* const strongest = AttemptAs(AttemptRole::kEscalation, decision);
  absl::MutexLock lock(&mutex_);
  Window& window = WindowOf(request);
  if (draft != nullptr) {
    window.drafts.Add(draft->latency);
    window.accepted.Add(strongest == nullptr ? 1 : 0);
  }
  if (strongest != nullptr) window.strongest.Add(strongest->latency);
}

bool RecentDrafts::ShouldSkip(const Request& request) {
  absl::MutexLock lock(&mutex_);
  Window& window = WindowOf(request);
  if (window.drafts.size() < static_cast<int64_t>(kFewest) || window.strongest.size() == 0) {
    return false;
  }
  const absl::Duration saved =
      window.strongest.sum() / window.strongest.size() * window.accepted.sum();
  if (window.drafts.sum() <= kClearLoss * saved) return false;
  window.skipped = (window.skipped + 1) % kProbeEvery;
  return window.skipped != 0;
}

}  // namespace throughline::router
