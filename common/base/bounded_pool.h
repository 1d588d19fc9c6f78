#ifndef THROUGHLINE_COMMON_BASE_BOUNDED_POOL_H_
#define THROUGHLINE_COMMON_BASE_BOUNDED_POOL_H_

#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/task.h"

namespace throughline {

// A fixed number of threads behind a queue of fixed length: the bulkhead between gRPC's few
// reaction threads and blocking work. One pool per class of dependency. Thread-safe.
class BoundedPool final : public Executor {
 public:
  struct Options {
    std::string name;         // for metrics and thread names
    size_t threads = 4;       // at least 1
    size_t max_queued = 256;  // tasks that may wait while every thread is busy; 0 is allowed
  };

  explicit BoundedPool(Options options);
  // Runs what is queued, then joins.
  ~BoundedPool() override;
  BoundedPool(const BoundedPool&) = delete;
  BoundedPool& operator=(const BoundedPool&) = delete;

  // False, without running `task`, when the queue is full or the pool drains. Never blocks.
  bool TrySubmit(std::function<void()> task) ABSL_LOCKS_EXCLUDED(mutex_);

  // A step of work admitted elsewhere; takes no room from TrySubmit. Not once the pool drains.
  void Resume(std::coroutine_handle<> step) override ABSL_LOCKS_EXCLUDED(mutex_);
  void ResumeBeside(std::coroutine_handle<> step) override ABSL_LOCKS_EXCLUDED(mutex_);
  bool MayRunElsewhere() const override { return true; }
  bool IsHere() const override;

  // Refuses new tasks, runs the queued ones, joins the threads. Every caller waits for the end.
  // Idempotent; not from a pool thread.
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_, join_mutex_);

  // Tasks and steps that no thread has begun.
  size_t queued() const ABSL_LOCKS_EXCLUDED(mutex_);
  const std::string& name() const { return options_.name; }

 private:
  // A thread while it has nothing to do.
  struct Idle {
    // Not a condition of the mutex: every unlock would ask it for each idle thread.
    absl::CondVar called;
    bool is_called = false;
    int processor = -1;  // where it ran last
  };

  void Work();
  void Await(Idle& idle) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Calls one idle thread if there is one: the last to become so, whose memory is still in the
  // processor's caches; `elsewhere`: of those that ran on another processor than this, if any.
  void CallOne(bool elsewhere) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  std::vector<Idle*> idle_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  size_t submitted_ ABSL_GUARDED_BY(mutex_) = 0;  // by TrySubmit and not yet done
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Mutex join_mutex_;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(join_mutex_);
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_BOUNDED_POOL_H_
