#ifndef THROUGHLINE_COMMON_BASE_TIMERS_H_
#define THROUGHLINE_COMMON_BASE_TIMERS_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"

namespace throughline {

// Calls back later, by the machine's steady clock, from one thread of its own: callbacks are short
// and never block.
// As many timers as there are callers waiting. Thread-safe.
class Timers {
 public:
  using Id = std::pair<absl::Time, uint64_t>;

  Timers();
  // Drops what has not run.
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  Id After(absl::Duration delay, std::function<void()> callback);
  // Afterwards the callback is not running and will not run; waits for a run under way, unless it
  // is a callback that calls.
  void Cancel(const Id& id);

 private:
  void Run();

  // Guards what follows. Not Abseil's, whose waits end at a time of day.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  uint64_t next_id_ = 1;
  std::map<Id, std::function<void()>> waiting_;
  Id running_;
  std::thread thread_;
};

// Waits for `delay`; false when the context is cancelled before. Looks at no deadline.
Task<bool> SleepFor(Timers& timers, const Context& context, absl::Duration delay);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_TIMERS_H_
