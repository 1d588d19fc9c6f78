#include "common/base/await.h"

#include "common/base/clock.h"
#include "common/base/timers.h"

namespace throughline {
namespace {

// For the whole process; never destroyed, as threads may wait to its end.
Timers& ProcessTimers() {
  static auto* const timers = new Timers();
  return *timers;
}

}  // namespace

bool AwaitFor(absl::Mutex& mutex, const absl::Condition& condition, absl::Duration timeout) {
  const absl::Time deadline = Clock::Real().SteadyNow() + timeout;
  bool is_over = timeout <= absl::ZeroDuration();
  const auto ended = [&] { return is_over || condition.Eval(); };
  while (!ended()) {
    const absl::Duration left = deadline - Clock::Real().SteadyNow();
    const Timers::Id timer = ProcessTimers().After(left, [&] {
      absl::MutexLock lock(&mutex);
      is_over = true;
    });
    mutex.Await(absl::Condition(&ended));
    // The timer's callback may be waiting for the lock. Whoever gets it instead may change what the
    // condition looks at.
    mutex.Unlock();
    ProcessTimers().Cancel(timer);
    mutex.Lock();
  }
  return condition.Eval();
}

}  // namespace throughline
