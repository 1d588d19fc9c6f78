#ifndef THROUGHLINE_SERVICES_ROUTER_CLIENTS_KEY_RING_H_
#define THROUGHLINE_SERVICES_ROUTER_CLIENTS_KEY_RING_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace throughline::router {

// A provider's keys for one model, used in turn. A key that is refused or limited rests, with what
// the provider said of it, while the others go on. Thread-safe.
class KeyRing {
 public:
  struct Key {
    size_t slot = 0;
    std::string value;
  };

  // Without keys, requests carry none: one empty key.
  explicit KeyRing(std::vector<std::string> keys);

  // The next key that does not rest; nothing when all do.
  std::optional<Key> Next(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  void Rest(size_t slot, absl::Time until, absl::Status why) ABSL_LOCKS_EXCLUDED(mutex_);

  // Of the key that rests for the shortest time: until when, and why.
  struct Resting {
    absl::Time until;
    absl::Status why;
  };
  Resting First() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Slot {
    std::string value;
    absl::Time rests_until = absl::InfinitePast();
    absl::Status why;
  };

  mutable absl::Mutex mutex_;
  std::vector<Slot> slots_ ABSL_GUARDED_BY(mutex_);
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_CLIENTS_KEY_RING_H_
