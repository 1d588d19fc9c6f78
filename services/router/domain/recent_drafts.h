#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_DRAFTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_DRAFTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// Whether drafts have been worth their time of late where no model costs anything, by task and by
// whether the call goes on from blockers that were open before it: cheap readers do well on a
// first call and badly on a fifth. RecentEconomics is the same where models cost money.
// Thread-safe.
class RecentDrafts {
 public:
  static constexpr size_t kWindow = 200;     // drafts, and strongest models' answers, that count
  static constexpr size_t kFewest = 50;      // drafts before anything is said
  static constexpr double kClearLoss = 1.1;  // a draft's time by the time it saves
  static constexpr int kProbeEvery = 10;     // requests of which one drafts all the same

  // Counts an answered decision without cost; one that cost something says nothing here.
  void Observe(const Request& request, const Decision& decision) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether this request should skip the draft. A draft takes its time always and saves the
  // strongest model's when it is accepted.
  bool ShouldSkip(const Request& request) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // The last kWindow values and their sum.
  template <typename T>
  class Recent {
   public:
    void Add(T value) {
      values_.push_back(value);
      sum_ += value;
      if (values_.size() <= kWindow) return;
      sum_ -= values_.front();
      values_.pop_front();
    }
    int64_t size() const { return static_cast<int64_t>(values_.size()); }
    T sum() const { return sum_; }

   private:
    std::deque<T> values_;
    T sum_{};
  };
  struct Window {
    Recent<absl::Duration> drafts;
    Recent<int> accepted;  // of each draft: 1 or 0
    Recent<absl::Duration> strongest;
    int skipped = 0;
  };

  Window& WindowOf(const Request& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::array<Window, 2 * std::size(kAllTasks)> windows_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_DRAFTS_H_
