#include "services/memory/domain/snapshot_cache.h"

#include "common/base/await.h"

namespace throughline::memory {

std::shared_ptr<const Snapshot> SnapshotCache::Find(const CustomerKey& key) {
  absl::MutexLock lock(&mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return nullptr;
  order_.splice(order_.begin(), order_, it->second);
  return it->second->second;
}

void SnapshotCache::Put(const CustomerKey& key, std::shared_ptr<const Snapshot> snapshot) {
  absl::MutexLock lock(&mutex_);
  loading_.erase(key);
  const auto it = entries_.find(key);
  if (it != entries_.end()) {
    if (it->second->second->version > snapshot->version) return;
    Drop(it->second);
  }
  if (snapshot->bytes > max_bytes_) return;
  bytes_ += snapshot->bytes;
  order_.emplace_front(key, std::move(snapshot));
  entries_[key] = order_.begin();
  while (bytes_ > max_bytes_) Drop(std::prev(order_.end()));
}

void SnapshotCache::Erase(const CustomerKey& key) {
  absl::MutexLock lock(&mutex_);
  const auto it = entries_.find(key);
  if (it != entries_.end()) Drop(it->second);
}

bool SnapshotCache::BeginLoading(const CustomerKey& key, absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  if (entries_.contains(key)) return false;
  if (loading_.insert(key).second) return true;
  const auto ended = [this, &key]()
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !loading_.contains(key); };
  // Late or in vain, the caller goes its own way then.
  AwaitFor(mutex_, absl::Condition(&ended), patience);
  return false;
}

void SnapshotCache::EndLoading(const CustomerKey& key) {
  absl::MutexLock lock(&mutex_);
  loading_.erase(key);
}

size_t SnapshotCache::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

void SnapshotCache::Drop(Order::iterator entry) {
  bytes_ -= entry->second->bytes;
  entries_.erase(entry->first);
  order_.erase(entry);
}

}  // namespace throughline::memory
