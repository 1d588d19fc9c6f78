#ifndef THROUGHLINE_COMMON_BASE_TASK_H_
#define THROUGHLINE_COMMON_BASE_TASK_H_

#include <atomic>
#include <coroutine>
#include <cstdlib>
#include <deque>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"

// Work that holds no thread while it waits for others: a C++20 coroutine that reads like blocking
// code. For the few paths where thousands of requests wait at once; everything else blocks.
//
//   Task<absl::StatusOr<Answer>> Ask(const Context& context, Client& client, Request request) {
//     auto begin = [&](std::function<void(Reply)> done) { client.Send(request, std::move(done)); };
//     const Reply reply = co_await Completion<Reply>(begin);
//     co_return Read(reply);
//   }
//
// Rules: a coroutine's reference parameters outlive it (they do when it is awaited at once); no
// mutex is held across co_await; lambdas that are coroutines outlive the task they return; no
// exception leaves a coroutine (that ends the process).
namespace throughline {

// Where a task goes on once what it waited for is there. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;
  // Resumes `step` soon, on a thread of the executor and never inside this call. Takes everything:
  // the work was admitted before, and the bound of what is admitted is the bound of this queue.
  virtual void Resume(std::coroutine_handle<> step) = 0;
  // The same for a step that is to run while the caller goes on working, not behind it: a kernel
  // may take a processor that sleeps for one that is not there, and leave the step to wait for this
  // one.
  virtual void ResumeBeside(std::coroutine_handle<> step) { Resume(step); }
  // Whether a short step may as well run on the thread that has what the step waited for: for those
  // who can tell that this is better than another thread's waking up.
  virtual bool MayRunElsewhere() const { return false; }
  // Whether this is one of the executor's own threads, as far as it can tell.
  virtual bool IsHere() const { return false; }
};

namespace internal {

// What every coroutine knows: where it goes on, and who waits for it.
struct TaskPromise {
  struct Final {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      return ended.promise().waiting;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::abort(); }

  Executor* executor = nullptr;
  std::coroutine_handle<> waiting;
};

}  // namespace internal

// A coroutine's result to be. Starts when it is awaited, once. Not thread-safe; movable.
template <typename T>
class [[nodiscard]] Task {
 public:
  // NOLINTNEXTLINE(readability-identifier-naming): the language names it
  struct promise_type : internal::TaskPromise {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    template <typename U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    std::optional<T> value;
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Awaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> parent) const noexcept {
      handle.promise().executor = parent.promise().executor;
      handle.promise().waiting = parent;
      return handle;
    }
    T await_resume() const { return *std::move(handle.promise().value); }
    std::coroutine_handle<promise_type> handle;
  };
  Awaiter operator co_await() && { return Awaiter{handle_}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

// Awaits an operation that calls back once, from any thread, at once or later. The task goes on at
// its executor, or without a break when the callback ran inside `begin`, on the same thread.
template <typename T>
class Completion {
 public:
  using Begin = absl::FunctionRef<void(std::function<void(T)> done)>;

  // `begin` outlives the await: name it.
  explicit Completion(Begin begin) : begin_(begin) {}
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) {
    Executor* executor = waiting.promise().executor;
    const std::thread::id here = std::this_thread::get_id();
    begin_([this, executor, waiting, here](T result) {
      result_.emplace(std::move(result));
      ended_here_ = std::this_thread::get_id() == here;
      // The later of callback and begin's return goes on; nothing of *this after that.
      if (sides_done_.fetch_add(1) == 1) executor->Resume(waiting);
    });
    if (sides_done_.fetch_add(1) == 0) return true;
    if (ended_here_) return false;
    // Another thread was faster than begin's return: what follows is still the executor's work.
    executor->Resume(waiting);
    return true;
  }
  T await_resume() { return *std::move(result_); }

 private:
  const Begin begin_;
  std::atomic<int> sides_done_{0};
  bool ended_here_ = false;
  std::optional<T> result_;
};

// Goes on at the task's executor: co_await Reschedule().
class Reschedule {
 public:
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> waiting) const {
    waiting.promise().executor->Resume(waiting);
  }
  void await_resume() const noexcept {}
};

// Goes on at the task's executor, beside what is done here: co_await RescheduleBeside().
class RescheduleBeside {
 public:
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> waiting) const {
    waiting.promise().executor->ResumeBeside(waiting);
  }
  void await_resume() const noexcept {}
};

// Goes on at the task's executor, and without a break on one of its threads: before what may block
// or takes long, where others may have lent their thread. co_await OnOwnThread().
class OnOwnThread {
 public:
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) const {
    Executor& executor = *waiting.promise().executor;
    if (executor.IsHere()) return false;
    executor.Resume(waiting);
    return true;
  }
  void await_resume() const noexcept {}
};

// The task's executor, for starting further tasks there: Executor& executor = co_await Here().
class Here {
 public:
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> asking) {
    executor_ = asking.promise().executor;
    return false;
  }
  Executor& await_resume() const noexcept { return *executor_; }

 private:
  Executor* executor_ = nullptr;
};

namespace internal {

// A coroutine that nobody waits for; frees itself at its end.
struct Detached {
  // NOLINTNEXTLINE(readability-identifier-naming): the language names it
  struct promise_type {
    template <typename... Rest>
    explicit promise_type(Executor& where, Rest&&...) : executor(&where) {}
    Detached get_return_object() const { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const {}
    [[noreturn]] void unhandled_exception() const noexcept { std::abort(); }
    Executor* executor;
  };
};

template <typename T>
Detached Drive(Executor&, Task<T> task, std::function<void(T)> done) {
  T result = co_await std::move(task);
  done(std::move(result));
}

// The executor of a thread that waits for one task.
class RunLoop final : public Executor {
 public:
  void Resume(std::coroutine_handle<> step) override ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    steps_.push_back(step);
  }
  // Runs steps until `ended`, which only they change.
  void RunUntil(const bool& ended) ABSL_LOCKS_EXCLUDED(mutex_) {
    const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !steps_.empty(); };
    while (!ended) {
      std::coroutine_handle<> step;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(&ready));
        step = steps_.front();
        steps_.pop_front();
      }
      step.resume();
    }
  }

 private:
  absl::Mutex mutex_;
  std::deque<std::coroutine_handle<>> steps_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace internal

// Begins `task` on this thread, until it first waits; `done` gets its result at `executor`, which
// outlives the task.
template <typename T>
void Start(Executor& executor, Task<T> task, std::function<void(T)> done) {
  internal::Drive<T>(executor, std::move(task), std::move(done));
}

// Runs `task` on this thread and waits for it: for callers that block, and tests.
template <typename T>
T Wait(Task<T> task) {
  internal::RunLoop loop;
  std::optional<T> result;
  bool ended = false;
  Start<T>(loop, std::move(task), [&](T value) {
    result.emplace(std::move(value));
    ended = true;
  });
  loop.RunUntil(ended);
  return *std::move(result);
}

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_TASK_H_
