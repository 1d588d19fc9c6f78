#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_ECONOMICS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_ECONOMICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/router/domain/ports.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// Whether drafting first has paid of late, by task: over the last kWindow answered requests that
// drafted, what they cost against what the strongest model alone would have. Thread-safe.
class RecentEconomics {
 public:
  static constexpr size_t kWindow = 200;
  static constexpr size_t kFewest = 50;       // decisions before anything is said
  static constexpr double kClearLoss = 1.02;  // cost by baseline from which drafts are skipped
  static constexpr int kProbeEvery = 10;      // requests of which one drafts all the same

  // Counts a decision that drafted; one without a baseline says nothing.
  void Observe(const Decision& decision) ABSL_LOCKS_EXCLUDED(mutex_);

  // What is known of the task's last decisions.
  CascadeEconomics Of(TaskKind task) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether the task's cascade has been dearer than its strongest model alone.
  bool IsDearer(TaskKind task) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether this request should skip the draft: clearly dearer, and not the one in kProbeEvery that
  // finds out whether that still holds.
  bool ShouldSkipDraft(TaskKind task) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    int64_t cost_nano_usd = 0;
    int64_t baseline_nano_usd = 0;
    bool escalated = false;
  };
  struct Window {
    std::deque<Entry> entries;
    int64_t cost_nano_usd = 0;
    int64_t baseline_nano_usd = 0;
    int64_t escalated = 0;
    int skipped = 0;
  };

  const Window& WindowOf(TaskKind task) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return windows_[static_cast<size_t>(task) - 1];
  }

  mutable absl::Mutex mutex_;
  std::array<Window, std::size(kAllTasks)> windows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_ECONOMICS_H_
