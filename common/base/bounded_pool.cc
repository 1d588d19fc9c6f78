#include "common/base/bounded_pool.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace throughline {

namespace {

// The pool whose thread this is.
thread_local const BoundedPool* current_pool = nullptr;

BoundedPool::Options WithAThread(BoundedPool::Options options) {
  options.threads = std::max<size_t>(1, options.threads);
  return options;
}

}  // namespace

BoundedPool::BoundedPool(Options options) : options_(WithAThread(std::move(options))) {
  absl::MutexLock lock(&join_mutex_);
  threads_.reserve(options_.threads);
  for (size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] { Work(); });
    // The kernel keeps 15 characters of a thread's name.
    pthread_setname_np(threads_.back().native_handle(), options_.name.substr(0, 15).c_str());
  }
}

BoundedPool::~BoundedPool() { Drain(); }

bool BoundedPool::TrySubmit(std::function<void()> task) {
  absl::MutexLock lock(&mutex_);
  // Counting the running tasks makes room for what an idle thread has yet to pick up.
  if (draining_ || submitted_ >= options_.threads + options_.max_queued) return false;
  ++submitted_;
  queue_.push_back([this, task = std::move(task)]() mutable {
    task();
    task = nullptr;  // what it holds is released before the thread counts as free
    absl::MutexLock done(&mutex_);
    --submitted_;
  });
  CallOne(/*elsewhere=*/false);
  return true;
}

void BoundedPool::Resume(std::coroutine_handle<> step) {
  absl::MutexLock lock(&mutex_);
  queue_.push_back([step] { step.resume(); });
  CallOne(/*elsewhere=*/false);
}

void BoundedPool::ResumeBeside(std::coroutine_handle<> step) {
  absl::MutexLock lock(&mutex_);
  queue_.push_back([step] { step.resume(); });
  CallOne(/*elsewhere=*/true);
}

void BoundedPool::CallOne(bool elsewhere) {
  if (idle_.empty()) return;
  auto called = idle_.rbegin();
  if (elsewhere) {
    const auto other =
        std::find_if(idle_.rbegin(), idle_.rend(),
                     [here = sched_getcpu()](const Idle* idle) { return idle->processor != here; });
    if (other != idle_.rend()) called = other;
  }
  Idle* const idle = *called;
  idle_.erase(std::next(called).base());
  idle->is_called = true;
  idle->called.Signal();
}

void BoundedPool::Await(Idle& idle) {
  idle.is_called = false;
  idle.processor = sched_getcpu();
  idle_.push_back(&idle);
  while (!idle.is_called) idle.called.Wait(&mutex_);
}

bool BoundedPool::IsHere() const { return current_pool == this; }

void BoundedPool::Drain() {
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    while (!idle_.empty()) CallOne(/*elsewhere=*/false);
  }
  absl::MutexLock lock(&join_mutex_);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

size_t BoundedPool::queued() const {
  absl::MutexLock lock(&mutex_);
  return queue_.size();
}

void BoundedPool::Work() {
  current_pool = this;
  Idle idle;
  while (true) {
    std::function<void()> task;
    {
      absl::MutexLock lock(&mutex_);
      while (!draining_ && queue_.empty()) Await(idle);
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace throughline
