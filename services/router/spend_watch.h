#ifndef THROUGHLINE_SERVICES_ROUTER_SPEND_WATCH_H_
#define THROUGHLINE_SERVICES_ROUTER_SPEND_WATCH_H_

#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/observability/json_log.h"
#include "services/router/spend_metrics.h"
#include "services/router/store/sql_ledger.h"

namespace throughline::router {

// Reads from the ledger what it has gained, so that what was counted can be held against what is on
// record, and keeps the metrics of spend up to date. Errors of the ledger leave a log line when
// they begin and when they end.
class SpendWatch {
 public:
  // Longer than any write to the ledger takes: see Look.
  static constexpr absl::Duration kLookInterval = absl::Seconds(15);

  // Borrows both. Counts from what the ledger holds at the first Look.
  SpendWatch(SqlLedger& ledger, SpendMetrics& metrics) : ledger_(ledger), metrics_(metrics) {}
  ~SpendWatch();
  SpendWatch(const SpendWatch&) = delete;
  SpendWatch& operator=(const SpendWatch&) = delete;

  // Looks now, and then on a thread of its own.
  void Start();

  // Each decision is counted once, by the second Look after its number was given: others that were
  // given theirs before it may be written after it, within kLookInterval. One at a time.
  absl::Status Look();

 private:
  void LookAndTell() ABSL_LOCKS_EXCLUDED(mutex_);

  SqlLedger& ledger_;
  SpendMetrics& metrics_;
  bool begun_ = false;
  int64_t settled_sequence_ = 0;  // decisions up to this number are written, and counted for good
  int64_t newest_sequence_ = 0;   // at the last look
  int64_t beyond_nano_usd_ = 0;   // counted of decisions beyond settled_sequence_
  OutageLog outage_{"the ledger's spend"};
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_SPEND_WATCH_H_
