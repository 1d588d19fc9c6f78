#ifndef THROUGHLINE_SERVICES_GATEWAY_AUTH_RATE_LIMITER_H_
#define THROUGHLINE_SERVICES_GATEWAY_AUTH_RATE_LIMITER_H_

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace throughline::gateway {

// A token bucket for each caller: `rate` requests a second, and as many as kBurstSeconds of them at
// once. Thread-safe.
class RateLimiter {
 public:
  static constexpr double kBurstSeconds = 2;
  // Callers are the keys of a file or, without one, addresses: the oldest are forgotten beyond
  // this.
  static constexpr size_t kMaxCallers = 10'000;

  // Borrows `clock`.
  explicit RateLimiter(const Clock& clock) : clock_(clock) {}

  // RESOURCE_EXHAUSTED with when to come back. A rate of 0 or less means no limit.
  absl::Status Take(const std::string& caller, double rate) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Bucket {
    double tokens;
    absl::Time refilled;
  };

  const Clock& clock_;
  absl::Mutex mutex_;
  std::map<std::string, Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_AUTH_RATE_LIMITER_H_
