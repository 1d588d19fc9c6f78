#ifndef THROUGHLINE_SERVICES_GATEWAY_AUTH_REFUSALS_H_
#define THROUGHLINE_SERVICES_GATEWAY_AUTH_REFUSALS_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"

namespace throughline::gateway {

// A request that was turned away at the door.
struct Refusal {
  std::string address;
  std::string key_id;  // empty: no valid key was shown. What was shown is never recorded
  std::string tenant;
  std::string route;
  std::string request_id;
};

// Records refused keys, some a second: who guesses keys shall not fill the disk. The next record
// says how many were left out. Thread-safe.
class Refusals {
 public:
  static constexpr int kMaxRecordsASecond = 10;

  // `audit` may be null: then nothing is recorded. Borrows both.
  Refusals(audit::AuditLog* audit, const Clock& clock) : audit_(audit), clock_(clock) {}

  void Note(const Refusal& refusal, const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  audit::AuditLog* const audit_;
  const Clock& clock_;
  absl::Mutex mutex_;
  absl::Time second_began_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int recorded_ ABSL_GUARDED_BY(mutex_) = 0;  // in this second
  int64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_AUTH_REFUSALS_H_
