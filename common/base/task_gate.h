#ifndef THROUGHLINE_COMMON_BASE_TASK_GATE_H_
#define THROUGHLINE_COMMON_BASE_TASK_GATE_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/base/task.h"

namespace throughline {

// Lets so many tasks through at a time. Others wait in the order they came, without a thread: until
// it is their turn or their caller leaves. As many wait as were admitted elsewhere. Thread-safe.
class TaskGate {
 public:
  // A task's being inside, from Enter to the end of the pass.
  class Pass {
   public:
    explicit Pass(TaskGate& gate) : gate_(&gate) {}
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }

   private:
    TaskGate* gate_;
  };

  explicit TaskGate(int width) : free_(width) {}

  // The context's error when it has ended by the task's turn.
  Task<absl::StatusOr<Pass>> Enter(const Context& context) {
    const auto waiter = std::make_shared<Waiter>();
    std::optional<OnCancel> on_cancel;
    auto begin = [&](std::function<void(bool)> done) {
      waiter->done = done;
      if (TakeOrQueue(waiter)) {
        done(true);
      } else {
        on_cancel.emplace(context, [this, waiter] { Call(Claim(*waiter), false); });
      }
    };
    const bool entered = co_await Completion<bool>(begin);
    if (!entered) co_return context.Check();
    Pass pass(*this);
    if (absl::Status status = context.Check(); !status.ok()) co_return status;
    co_return std::move(pass);
  }

 private:
  struct Waiter {
    std::function<void(bool)> done;  // empty once called
  };

  bool TakeOrQueue(const std::shared_ptr<Waiter>& waiter) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (free_ > 0) {
      --free_;
      return true;
    }
    waiting_.push_back(waiter);
    return false;
  }

  void Leave() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::function<void(bool)> next;
    {
      absl::MutexLock lock(&mutex_);
      while (next == nullptr && !waiting_.empty()) {
        next = std::exchange(waiting_.front()->done, nullptr);
        waiting_.pop_front();
      }
      if (next == nullptr) ++free_;
    }
    Call(std::move(next), true);
  }

  std::function<void(bool)> Claim(Waiter& waiter) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::exchange(waiter.done, nullptr);
  }

  static void Call(std::function<void(bool)> done, bool entered) {
    if (done != nullptr) done(entered);
  }

  absl::Mutex mutex_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Waiter>> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_TASK_GATE_H_
