#ifndef THROUGHLINE_COMMON_BASE_CLOCK_H_
#define THROUGHLINE_COMMON_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace throughline {

// The only source of "now" in domain code, so that tests decide what time it is.
// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // The machine's clock. Lives for the whole process.
  static const Clock& Real();
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_CLOCK_H_
