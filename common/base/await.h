#ifndef THROUGHLINE_COMMON_BASE_AWAIT_H_
#define THROUGHLINE_COMMON_BASE_AWAIT_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace throughline {

// Waits until `condition` holds or `timeout` has passed, and says whether it holds. `mutex`, which
// guards it, is held before and after. As absl::Mutex::AwaitWithTimeout, which however waits for a
// time of day (Abseil 20220623): one that is put back meanwhile makes it wait as much longer.
bool AwaitFor(absl::Mutex& mutex, const absl::Condition& condition, absl::Duration timeout)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_AWAIT_H_
