#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECALL_GATE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECALL_GATE_H_

#include <cstdint>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"

namespace throughline::memory {

// Lets a number of recalls work at once and the others wait in order of arrival. Recalls use the
// processor without pause, so many more of them than processors only take turns, and each then
// takes as long as all. Thread-safe.
class RecallGate {
 public:
  // `slots` is at least 1.
  explicit RecallGate(int64_t slots) : free_(slots) {}

  // Holds a slot for the life of the object; its constructor waits for one, at most until the
  // context's deadline: look at the context afterwards.
  class Slot {
   public:
    Slot(RecallGate& gate, const Context& context)
        : gate_(gate), entered_(gate_.Enter(context.Remaining())) {}
    ~Slot() {
      if (entered_) gate_.Leave();
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    RecallGate& gate_;
    const bool entered_;
  };

 private:
  bool Enter(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const int64_t ticket = arrived_++;
    waiting_.insert(ticket);
    const auto my_turn = [this, ticket]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return free_ > 0 && *waiting_.begin() == ticket;
    };
    const bool entered = mutex_.AwaitWithTimeout(absl::Condition(&my_turn), patience);
    waiting_.erase(ticket);
    if (entered) --free_;
    return entered;
  }
  void Leave() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    ++free_;
  }

  absl::Mutex mutex_;
  int64_t free_ ABSL_GUARDED_BY(mutex_);
  int64_t arrived_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<int64_t> waiting_ ABSL_GUARDED_BY(mutex_);  // tickets, in order of arrival
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECALL_GATE_H_
