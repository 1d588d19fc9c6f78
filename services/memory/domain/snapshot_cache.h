#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_SNAPSHOT_CACHE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_SNAPSHOT_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "services/memory/domain/customer_index.h"
#include "services/memory/domain/records.h"

namespace throughline::memory {

// A customer at one version, ready to be recalled from. Immutable.
struct Snapshot {
  int64_t version = 0;
  std::shared_ptr<const CustomerIndex> index;
  CustomerState state;
  size_t bytes = 0;
};

// The customers recalled from last, within a number of bytes. Thread-safe.
class SnapshotCache {
 public:
  explicit SnapshotCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  // The newest known snapshot; null when there is none.
  std::shared_ptr<const Snapshot> Find(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);
  // Keeps `snapshot` unless a newer one is there; drops those used longest ago to make room.
  void Put(const CustomerKey& key, std::shared_ptr<const Snapshot> snapshot)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Erase(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);
  size_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Order = std::list<std::pair<CustomerKey, std::shared_ptr<const Snapshot>>>;

  void Drop(Order::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_bytes_;
  mutable absl::Mutex mutex_;
  Order order_ ABSL_GUARDED_BY(mutex_);  // used last first
  absl::flat_hash_map<CustomerKey, Order::iterator> entries_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_SNAPSHOT_CACHE_H_
