#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_SNAPSHOT_CACHE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_SNAPSHOT_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/memory/domain/customer_index.h"
#include "services/memory/domain/kept_facts.h"
#include "services/memory/domain/records.h"

namespace throughline::memory {

// A customer at one version, ready to be recalled from. Immutable, but for what `facts` keeps.
struct Snapshot {
  int64_t version = 0;
  std::shared_ptr<const CustomerIndex> index;
  CustomerState state;
  std::unique_ptr<KeptFacts> facts;  // of this version alone
  size_t bytes = 0;                  // with as many as `facts` may come to hold
};

// The customers recalled from last, within a number of bytes. Thread-safe.
class SnapshotCache {
 public:
  explicit SnapshotCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  // The newest known snapshot; null when there is none.
  std::shared_ptr<const Snapshot> Find(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);
  // Holds while the caller brings in a customer that is not there: others who want the same wait
  // for it, so that they find it ready. Ends with the Put, or with the object's life.
  class Loading {
   public:
    // Returns at once when the customer is there or nobody else is bringing it in; otherwise when
    // it has been put, its loader has given up, or `patience` is at an end.
    Loading(SnapshotCache& cache, const CustomerKey& key, absl::Duration patience)
        : cache_(cache), key_(key), mine_(cache.BeginLoading(key, patience)) {}
    ~Loading() {
      if (mine_) cache_.EndLoading(key_);
    }
    Loading(const Loading&) = delete;
    Loading& operator=(const Loading&) = delete;

   private:
    SnapshotCache& cache_;
    const CustomerKey key_;
    const bool mine_;
  };

  // Keeps `snapshot` unless a newer one is there; drops those used longest ago to make room.
  void Put(const CustomerKey& key, std::shared_ptr<const Snapshot> snapshot)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Erase(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);
  size_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Order = std::list<std::pair<CustomerKey, std::shared_ptr<const Snapshot>>>;

  // True when the caller is the one to load.
  bool BeginLoading(const CustomerKey& key, absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);
  void EndLoading(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);
  void Drop(Order::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_bytes_;
  mutable absl::Mutex mutex_;
  Order order_ ABSL_GUARDED_BY(mutex_);  // used last first
  absl::flat_hash_map<CustomerKey, Order::iterator> entries_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<CustomerKey> loading_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_SNAPSHOT_CACHE_H_
