#include "common/base/timers.h"

#include <atomic>
#include <memory>
#include <optional>

#include "absl/time/clock.h"

namespace throughline {

Timers::Timers() : thread_([this] { Run(); }) {}

Timers::~Timers() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

Timers::Id Timers::After(absl::Duration delay, std::function<void()> callback) {
  absl::MutexLock lock(&mutex_);
  const Id id(absl::Now() + delay, next_id_++);
  waiting_.emplace(id, std::move(callback));
  return id;
}

void Timers::Cancel(const Id& id) {
  std::function<void()> dropped;  // what it holds is released without the lock
  absl::MutexLock lock(&mutex_);
  const auto found = waiting_.find(id);
  if (found != waiting_.end()) {
    dropped = std::move(found->second);
    waiting_.erase(found);
    return;
  }
  if (std::this_thread::get_id() == thread_.get_id()) return;
  const auto ended = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return running_ != id; };
  mutex_.Await(absl::Condition(&ended));
}

void Timers::Run() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    const bool idle = waiting_.empty();
    const Id first = idle ? Id() : waiting_.begin()->first;
    const auto changed = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return stopping_ || waiting_.empty() != idle ||
             (!waiting_.empty() && waiting_.begin()->first != first);
    };
    if (idle) {
      mutex_.Await(absl::Condition(&changed));
      continue;
    }
    if (mutex_.AwaitWithDeadline(absl::Condition(&changed), first.first)) continue;
    auto due = waiting_.extract(waiting_.begin());
    running_ = due.key();
    mutex_.Unlock();
    due.mapped()();
    due.mapped() = nullptr;
    mutex_.Lock();
    running_ = Id();
  }
}

Task<bool> SleepFor(Timers& timers, const Context& context, absl::Duration delay) {
  struct Sleep {
    void End(bool slept) {
      if (!ended.exchange(true)) done(slept);
    }
    std::atomic<bool> ended{false};
    std::function<void(bool)> done;
  };
  auto sleep = std::make_shared<Sleep>();
  std::optional<OnCancel> on_cancel;
  Timers::Id timer;
  auto begin = [&](std::function<void(bool)> done) {
    sleep->done = std::move(done);
    timer = timers.After(delay, [sleep] { sleep->End(true); });
    on_cancel.emplace(context, [sleep] { sleep->End(false); });
  };
  const bool slept = co_await Completion<bool>(begin);
  if (!slept) timers.Cancel(timer);
  co_return slept;
}

}  // namespace throughline
