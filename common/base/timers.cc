#include "common/base/timers.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>

#include "common/base/clock.h"

namespace throughline {
namespace {

// Far from where a time point of the standard library overflows.
constexpr absl::Duration kLongestWait = absl::Hours(1);

}  // namespace

Timers::Timers() : thread_([this] { Run(); }) {}

Timers::~Timers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Timers::Id Timers::After(absl::Duration delay, std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  const Id id(Clock::Real().SteadyNow() + delay, next_id_++);
  const auto added = waiting_.emplace(id, std::move(callback)).first;
  if (added == waiting_.begin()) changed_.notify_all();
  return id;
}

void Timers::Cancel(const Id& id) {
  std::function<void()> dropped;  // what it holds is released without the lock
  std::unique_lock lock(mutex_);
  const auto found = waiting_.find(id);
  if (found != waiting_.end()) {
    dropped = std::move(found->second);
    waiting_.erase(found);
    return;
  }
  if (std::this_thread::get_id() == thread_.get_id()) return;
  changed_.wait(lock, [&] { return running_ != id; });
}

void Timers::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const absl::Duration left = waiting_.begin()->first.first - Clock::Real().SteadyNow();
    if (left > absl::ZeroDuration()) {
      changed_.wait_for(lock, absl::ToChronoNanoseconds(std::min(left, kLongestWait)));
      continue;
    }
    auto due = waiting_.extract(waiting_.begin());
    running_ = due.key();
    lock.unlock();
    due.mapped()();
    due.mapped() = nullptr;
    lock.lock();
    running_ = Id();
    changed_.notify_all();
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
