#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CUSTOMER_QUEUE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CUSTOMER_QUEUE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"

namespace throughline::orchestrator {

// Lets one call of a customer through at a time, in the order they came; different customers do
// not wait for each other. Thread-safe.
class CustomerQueue {
 public:
  struct Options {
    size_t max_waiting_per_customer = 24;
    size_t max_waiting = 48;  // each waits on a thread of the handlers' pool
    absl::Duration retry_after = absl::Seconds(2);
  };

  // A customer's turn; the next one's begins when it goes. Outlived by the queue.
  class Turn {
   public:
    Turn(Turn&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)), key_(other.key_) {}
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

  explicit CustomerQueue(Options options) : options_(options) {}

  // Waits for the turn of the context's tenant's customer. CANCELLED or DEADLINE_EXCEEDED when the
  // context ends first; RESOURCE_EXHAUSTED with a retry delay when too many wait.
  absl::StatusOr<Turn> Enter(const Context& context, const std::string& customer_id)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls waiting now.
  size_t waiting() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Key = Turn::Key;
  struct Waiter {
    bool served = false;
    bool cancelled = false;
  };
  struct Line {
    std::deque<Waiter*> waiters;  // behind the one whose turn it is
  };

  void Leave(const Key& key) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  std::map<Key, Line> lines_ ABSL_GUARDED_BY(mutex_);  // customers whose turn it is
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_CUSTOMER_QUEUE_H_
