#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECALL_GATE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECALL_GATE_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace throughline::memory {

// Lets a number of recalls work at once and the others wait in order of arrival. Recalls use the
// processor without pause, so more of them than processors only take turns, and each then takes as
// long as all. Thread-safe.
class RecallGate {
 public:
  // `slots` is at least 1.
  explicit RecallGate(int64_t slots) : slots_(slots) {}

  // Holds a slot for the life of the object; its constructor waits for one.
  class Slot {
   public:
    explicit Slot(RecallGate& gate) : gate_(gate) { gate_.Enter(); }
    ~Slot() { gate_.Leave(); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    RecallGate& gate_;
  };

 private:
  void Enter() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const int64_t ticket = arrived_++;
    const auto my_turn = [this, ticket]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return ticket < left_ + slots_;
    };
    mutex_.Await(absl::Condition(&my_turn));
  }
  void Leave() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    ++left_;
  }

  const int64_t slots_;
  absl::Mutex mutex_;
  int64_t arrived_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t left_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECALL_GATE_H_
