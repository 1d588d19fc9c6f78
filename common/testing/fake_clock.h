#ifndef THROUGHLINE_COMMON_TESTING_FAKE_CLOCK_H_
#define THROUGHLINE_COMMON_TESTING_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace throughline {

// A clock that stands still until told otherwise. Thread-safe.
class FakeClock final : public Clock {
 public:
  // Starts at 2026-01-05 09:00:00 UTC, a Monday, unless told otherwise.
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1767603600))
      : now_(start), steady_now_(start) {}

  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  absl::Time SteadyNow() const override {
    absl::MutexLock lock(&mutex_);
    return steady_now_;
  }
  // Time passes.
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
    steady_now_ += by;
  }
  // Somebody sets the clock; no time passes.
  void Set(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  absl::Time steady_now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_TESTING_FAKE_CLOCK_H_
