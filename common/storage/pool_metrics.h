#ifndef THROUGHLINE_COMMON_STORAGE_POOL_METRICS_H_
#define THROUGHLINE_COMMON_STORAGE_POOL_METRICS_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/observability/metrics.h"

namespace throughline::storage {

// Whether the connections of one PostgreSQL pool suffice, for Prometheus. Thread-safe.
class PoolMetrics {
 public:
  // Borrows `registry`; null: nothing is shown. `database` is what is kept there: "memory".
  PoolMetrics(MetricsRegistry* registry, absl::string_view database, size_t max_connections);

  void SetOpen(size_t connections);
  // A connection was had after `wait`.
  void Had(absl::Duration wait);
  // All were in use until the request's deadline.
  void MissedBusy();
  // The server took no further one.
  void MissedConnect();

 private:
  prometheus::Gauge* open_ = nullptr;
  prometheus::Histogram* wait_seconds_ = nullptr;
  prometheus::Counter* busy_ = nullptr;
  prometheus::Counter* refused_ = nullptr;
};

}  // namespace throughline::storage

#endif  // THROUGHLINE_COMMON_STORAGE_POOL_METRICS_H_
