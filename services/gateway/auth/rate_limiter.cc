#include "services/gateway/auth/rate_limiter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"

namespace throughline::gateway {

absl::Status RateLimiter::Take(const std::string& caller, double rate) {
  if (rate <= 0) return absl::OkStatus();
  const double capacity = std::max(1.0, rate * kBurstSeconds);
  const absl::Time now = clock_.Now();
  absl::MutexLock lock(&mutex_);
  if (buckets_.size() >= kMaxCallers && buckets_.count(caller) == 0) {
    buckets_.erase(std::min_element(
        buckets_.begin(), buckets_.end(),
        [](const auto& a, const auto& b) { return a.second.refilled < b.second.refilled; }));
  }
  Bucket& bucket =
      buckets_.try_emplace(caller, Bucket{.tokens = capacity, .refilled = now}).first->second;
  bucket.tokens =
      std::min(capacity, bucket.tokens + absl::ToDoubleSeconds(now - bucket.refilled) * rate);
  bucket.refilled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return absl::OkStatus();
  }
  return WithRetryAfter(absl::ResourceExhaustedError(absl::StrCat(
                            "expected at most ", rate,
                            " requests a second from this key; slow down, or ask for more")),
                        absl::Seconds((1 - bucket.tokens) / rate));
}

}  // namespace throughline::gateway
