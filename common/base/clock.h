#ifndef THROUGHLINE_COMMON_BASE_CLOCK_H_
#define THROUGHLINE_COMMON_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace throughline {

// The only source of "now" in domain code, so that tests decide what time it is.
// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The time of day: what records say. Operators and time servers put it forward and back.
  virtual absl::Time Now() const = 0;
  // A time that passes evenly and is never set: for deadlines and durations. Says nothing of the
  // time of day, and nothing to other processes.
  virtual absl::Time SteadyNow() const = 0;

  // The machine's clock. Lives for the whole process.
  static const Clock& Real();
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_CLOCK_H_
