#ifndef THROUGHLINE_COMMON_BASE_FORKED_H_
#define THROUGHLINE_COMMON_BASE_FORKED_H_

#include <functional>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/task.h"

namespace throughline {

// A task beside the one that forked it, which joins it once before this goes:
//
//   Executor& executor = co_await Here();
//   Forked<Facts> facts(executor, Extract(call));
//   const Analysis analysis = co_await Analyze(call);
//   const Facts extracted = co_await facts.Join();
template <typename T>
class Forked {
 public:
  Forked(Executor& executor, Task<T> task) {
    Start<T>(executor, Elsewhere(std::move(task)), [this](T result) { End(std::move(result)); });
  }
  Forked(const Forked&) = delete;
  Forked& operator=(const Forked&) = delete;

  Task<T> Join() {
    auto begin = [this](std::function<void(T)> done) { Await(std::move(done)); };
    co_return co_await Completion<T>(begin);
  }

 private:
  // Begins on a thread of the executor, so that both tasks work at once.
  static Task<T> Elsewhere(Task<T> task) {
    co_await RescheduleBeside();
    co_return co_await std::move(task);
  }

  void End(T result) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::function<void(T)> joined;
    {
      absl::MutexLock lock(&mutex_);
      if (joined_ == nullptr) {
        result_.emplace(std::move(result));
        return;
      }
      joined = std::move(joined_);
    }
    // Nothing of *this after it.
    joined(std::move(result));
  }

  void Await(std::function<void(T)> done) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::optional<T> result;
    {
      absl::MutexLock lock(&mutex_);
      if (result_.has_value()) {
        result = std::move(result_);
      } else {
        joined_ = done;
      }
    }
    if (result.has_value()) done(*std::move(result));
  }

  absl::Mutex mutex_;
  std::optional<T> result_ ABSL_GUARDED_BY(mutex_);
  std::function<void(T)> joined_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_FORKED_H_
