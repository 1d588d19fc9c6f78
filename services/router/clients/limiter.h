#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_LIMITER_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_LIMITER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/base/timers.h"
#include "services/router/domain/policy.h"
#include "services/router/domain/ports.h"

namespace throughline::router {

// Keeps the calls of one model within what its provider allows: at once, a minute, tokens a minute.
// Calls over a limit wait in order, without a thread; one that would wait beyond its deadline, or
// find the queue full, is refused with the time to come back. Works in real time. Thread-safe.
class Limiter {
 public:
  // Borrows `timers`.
  Limiter(ModelLimits limits, Timers& timers);
  ~Limiter();
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  // OK: the call may begin, and Leave must follow. RESOURCE_EXHAUSTED with RetryAfter; the
  // context's error when it ends first. `tokens`: an estimate of what the call will use.
  Task<absl::Status> Enter(const Context& context, int64_t tokens);
  // The call has ended; it used `used_tokens` instead of the `tokens` it entered with.
  void Leave(int64_t tokens, int64_t used_tokens) ABSL_LOCKS_EXCLUDED(mutex_);

  ModelLoad Load() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Waiter {
    int64_t tokens = 0;
    absl::Time deadline;
    std::function<void(absl::Status)> done;  // empty once called
  };
  using WaiterPtr = std::shared_ptr<Waiter>;
  // What may still be used this minute; refills evenly.
  struct Bucket {
    double left = 0;
    double most = 0;  // 0: no limit
    void Refill(absl::Duration passed);
    // Until `wanted` fits; at most a full bucket is ever asked for.
    absl::Duration WaitFor(double wanted) const;
  };

  // Nothing: queued.
  std::optional<absl::Status> TakeOrQueue(const WaiterPtr& waiter, absl::Duration patience)
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration WaitFor(const Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool FitsNow(const Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(const Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Withdraw(const WaiterPtr& waiter) ABSL_LOCKS_EXCLUDED(mutex_);
  // Lets in whom the limits allow; comes back by a timer for whom time will let in or send away.
  void Pump() ABSL_LOCKS_EXCLUDED(mutex_);
  void SetTimer(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ModelLimits limits_;
  Timers& timers_;
  mutable absl::Mutex mutex_;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  Bucket requests_ ABSL_GUARDED_BY(mutex_);
  Bucket tokens_ ABSL_GUARDED_BY(mutex_);
  absl::Time refilled_at_ ABSL_GUARDED_BY(mutex_);
  std::deque<WaiterPtr> queue_ ABSL_GUARDED_BY(mutex_);
  std::optional<Timers::Id> timer_ ABSL_GUARDED_BY(mutex_);  // for the next Pump
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_LIMITER_H_
