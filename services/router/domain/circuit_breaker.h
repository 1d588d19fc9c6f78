#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_CIRCUIT_BREAKER_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_CIRCUIT_BREAKER_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/router/domain/types.h"

namespace throughline::router {

// Stops asking a model that keeps failing. After `kFailures` in a row it opens; `kOpenFor` later
// one probe at a time goes through; a success closes it, a failure opens it anew. Thread-safe.
class CircuitBreaker {
 public:
  static constexpr int kFailures = 5;
  static constexpr absl::Duration kOpenFor = absl::Seconds(30);

  // Whether to make a call now. A true must be followed by Succeeded, Failed or Abandoned.
  bool Admit(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (failures_ < kFailures) return true;
    if (now < opened_at_ + kOpenFor || probing_) return false;
    probing_ = true;
    return true;
  }
  void Succeeded() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    failures_ = 0;
    probing_ = false;
  }
  void Failed(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    probing_ = false;
    if (++failures_ >= kFailures) {
      failures_ = kFailures;
      opened_at_ = now;
    }
  }
  // Opens at once: the model is not there.
  void Trip(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    probing_ = false;
    failures_ = kFailures;
    opened_at_ = now;
  }
  // The call ended for reasons that say nothing of the model.
  void Abandoned() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    probing_ = false;
  }

  BreakerState State(absl::Time now) const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (failures_ < kFailures) return BreakerState::kClosed;
    return now < opened_at_ + kOpenFor ? BreakerState::kOpen : BreakerState::kHalfOpen;
  }

 private:
  mutable absl::Mutex mutex_;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
  bool probing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time opened_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_CIRCUIT_BREAKER_H_
