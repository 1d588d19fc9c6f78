#ifndef THROUGHLINE_COMMON_BASE_ALONGSIDE_H_
#define THROUGHLINE_COMMON_BASE_ALONGSIDE_H_

#include <atomic>
#include <coroutine>
#include <optional>
#include <thread>
#include <utility>

#include "absl/functional/function_ref.h"
#include "common/base/task.h"

namespace throughline {

// Awaits a task, and does short work on this thread while the task waits for others:
//
//   Alongside<Reply> both(executor, Ask(model), [&] { ReadThePrompt(); }, &IsShort);
//   const Reply reply = co_await both;
//
// Goes on where the later of both ended. Where that is the work, and what the task gave takes long
// to go on with, it goes on at the executor: this thread may be one that others wait for.
// `executor` is the awaiting task's own (Here).
template <typename T>
class Alongside {
 public:
  using IsShort = bool (*)(const T& result);

  // `work` outlives the await. `is_short`: whether it takes little to go on with the result; null:
  // never.
  Alongside(Executor& executor, Task<T> task, absl::FunctionRef<void()> work,
            IsShort is_short = nullptr)
      : executor_(executor), task_(std::move(task)), work_(work), is_short_(is_short) {}
  Alongside(const Alongside&) = delete;
  Alongside& operator=(const Alongside&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    Executor& executor = executor_;
    const std::thread::id here = std::this_thread::get_id();
    Start<T>(executor, std::move(task_), [this, waiting, here](T result) {
      result_.emplace(std::move(result));
      ended_here_ = std::this_thread::get_id() == here;
      if (sides_done_.fetch_add(1) == 1) waiting.resume();
    });
    work_();
    // The later side goes on; nothing of *this here when that is the task.
    if (sides_done_.fetch_add(1) == 0) return true;
    if (ended_here_ || IsGoneOnWithHere()) return false;
    executor.Resume(waiting);
    return true;
  }
  T await_resume() { return *std::move(result_); }

 private:
  bool IsGoneOnWithHere() const {
    return is_short_ != nullptr && executor_.MayRunElsewhere() && is_short_(*result_);
  }

  Executor& executor_;
  Task<T> task_;
  const absl::FunctionRef<void()> work_;
  const IsShort is_short_;
  std::atomic<int> sides_done_{0};
  bool ended_here_ = false;
  std::optional<T> result_;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_ALONGSIDE_H_
