#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_IN_FLIGHT_KEYS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_IN_FLIGHT_KEYS_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/base/task.h"

namespace throughline::router {

// Lets one request a key through at a time; those that wait hold no thread. A wait ends with the
// caller's cancellation; the time of the request in front of it ends the rest. Thread-safe.
class InFlightKeys {
 public:
  // Holds a key from Enter to its end.
  class Hold {
   public:
    Hold(InFlightKeys& keys, std::string key) : keys_(keys), key_(std::move(key)) {}
    ~Hold() {
      if (held_) keys_.Leave(key_);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

    // Waits for the key; the context's error when its caller leaves or its time is up by then.
    Task<absl::Status> Enter(const Context& context) {
      const auto waiter = std::make_shared<Waiter>();
      std::optional<OnCancel> on_cancel;
      auto begin = [&](std::function<void(bool)> done) {
        waiter->done = std::move(done);
        if (!keys_.TakeOrQueue(key_, waiter)) {
          on_cancel.emplace(context, [this, waiter] { keys_.Withdraw(waiter); });
        }
      };
      held_ = co_await Completion<bool>(begin);
      co_return context.Check();
    }

   private:
    InFlightKeys& keys_;
    const std::string key_;
    bool held_ = false;
  };

 private:
  struct Waiter {
    std::function<void(bool)> done;  // empty once called
  };
  using Queue = std::deque<std::shared_ptr<Waiter>>;

  // True when the key was free; else the waiter is called when it is its turn.
  bool TakeOrQueue(const std::string& key, const std::shared_ptr<Waiter>& waiter)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      absl::MutexLock lock(&mutex_);
      const auto [queue, is_first] = keys_.try_emplace(key);
      if (!is_first) {
        queue->second.push_back(waiter);
        return false;
      }
    }
    waiter->done(true);
    return true;
  }

  void Withdraw(const std::shared_ptr<Waiter>& waiter) ABSL_LOCKS_EXCLUDED(mutex_) {
    Call(Claim(waiter), false);
  }

  // Hands the key to the next waiter, or frees it.
  void Leave(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::function<void(bool)> next;
    {
      absl::MutexLock lock(&mutex_);
      const auto held = keys_.find(key);
      while (!held->second.empty() && next == nullptr) {
        next = std::exchange(held->second.front()->done, nullptr);
        held->second.pop_front();
      }
      if (next == nullptr) keys_.erase(held);
    }
    Call(std::move(next), true);
  }

  std::function<void(bool)> Claim(const std::shared_ptr<Waiter>& waiter)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::exchange(waiter->done, nullptr);
  }

  static void Call(std::function<void(bool)> done, bool entered) {
    if (done != nullptr) done(entered);
  }

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Queue> keys_ ABSL_GUARDED_BY(mutex_);  // held, and who waits
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_IN_FLIGHT_KEYS_H_
