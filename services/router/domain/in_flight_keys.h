#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_IN_FLIGHT_KEYS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_IN_FLIGHT_KEYS_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"

namespace throughline::router {

// Lets one request per idempotency key through at a time, so that a retry that overtakes its
// original waits for the answer instead of paying for a second one. Thread-safe. Bounded by the
// calls in flight.
class InFlightKeys {
 public:
  // Holds a key for the life of the object.
  class Hold {
   public:
    Hold(InFlightKeys& keys, std::string key) : keys_(keys), key_(std::move(key)) {}
    ~Hold() {
      if (held_) keys_.Leave(key_);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    // Waits for the key; the context's error when that takes too long.
    absl::Status Enter(const Context& context) {
      const absl::Status status = keys_.Enter(context, key_);
      held_ = status.ok();
      return status;
    }

   private:
    InFlightKeys& keys_;
    const std::string key_;
    bool held_ = false;
  };

 private:
  // A waiting caller looks this often whether its own caller has gone away.
  static constexpr absl::Duration kLookInterval = absl::Milliseconds(50);

  absl::Status Enter(const Context& context, const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto is_free = [&]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !keys_.contains(key); };
    while (!mutex_.AwaitWithTimeout(absl::Condition(&is_free), kLookInterval)) {
      const absl::Status wanted = context.Check();
      if (!wanted.ok()) return wanted;
    }
    keys_.insert(key);
    return absl::OkStatus();
  }

  void Leave(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    keys_.erase(key);
  }

  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_IN_FLIGHT_KEYS_H_
