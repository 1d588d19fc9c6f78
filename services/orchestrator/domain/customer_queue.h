#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CUSTOMER_QUEUE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CUSTOMER_QUEUE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/base/timers.h"

namespace throughline::orchestrator {

// Lets one call of a customer through at a time, in the order they came; different customers do
// not wait for each other, and nobody waits on a thread. Thread-safe.
class CustomerQueue {
 public:
  struct Options {
    size_t max_waiting_per_customer = 24;
    size_t max_waiting = 2048;
    absl::Duration retry_after = absl::Seconds(2);
  };

  // A customer's turn; the next one's begins when it goes. Outlived by the queue.
  class Turn {
   public:
    Turn(Turn&& other) noexcept
        : queue_(std::exchange(other.queue_, nullptr)), key_(std::move(other.key_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (queue_ != nullptr) queue_->Leave(key_);
    }

   private:
    friend class CustomerQueue;
    using Key = std::pair<std::string, std::string>;  // tenant, customer
    Turn(CustomerQueue* queue, Key key) : queue_(queue), key_(std::move(key)) {}

    CustomerQueue* queue_;
    Key key_;
  };

  // Borrows `timers`.
  CustomerQueue(Options options, Timers& timers) : options_(options), timers_(timers) {}

  // Waits for the turn of the context's tenant's customer. CANCELLED or DEADLINE_EXCEEDED when the
  // context ends first; RESOURCE_EXHAUSTED with a retry delay when too many wait; Close's error.
  Task<absl::StatusOr<Turn>> Enter(const Context& context, const std::string& customer_id);

  // Sends away with `error` who waits, and who comes from now on.
  void Close(const absl::Status& error) ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls waiting now.
  size_t waiting() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = Turn::Key;
  struct Waiter {
    std::function<void(absl::Status)> done;
  };
  using WaiterPtr = std::shared_ptr<Waiter>;
  using Line = std::deque<WaiterPtr>;  // behind the one whose turn it is

  // Nothing: queued.
  std::optional<absl::Status> TakeOrQueue(const Key& key, const WaiterPtr& waiter)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Has no effect on one that waits no more.
  void Withdraw(const Key& key, const WaiterPtr& waiter, absl::Status error)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave(const Key& key) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  Timers& timers_;
  mutable absl::Mutex mutex_;
  std::map<Key, Line> lines_ ABSL_GUARDED_BY(mutex_);  // customers whose turn it is
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CUSTOMER_QUEUE_H_
