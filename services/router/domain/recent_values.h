#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_VALUES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_VALUES_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace throughline::router {

// Values that follow from their key, each made once for all who ask while it is among the
// `kMost` keys asked for last. Thread-safe.
template <typename Value, size_t kMost>
class RecentValues {
 public:
  // Calls `make` unless the value is at hand; who asks for the same key meanwhile waits for it.
  std::shared_ptr<const Value> Get(const std::string& key, absl::FunctionRef<Value()> make) {
    return *TryGet(key, [&] { return absl::StatusOr<Value>(make()); });
  }
  // The same where `make` may fail, which whoever asks next does not inherit.
  absl::StatusOr<std::shared_ptr<const Value>> TryGet(
      const std::string& key, absl::FunctionRef<absl::StatusOr<Value>()> make) {
    const std::shared_ptr<Entry> entry = EntryOf(key);
    absl::MutexLock lock(&entry->mutex);
    if (!entry->value) {
      absl::StatusOr<Value> made = make();
      if (!made.ok()) return made.status();
      entry->value = *std::move(made);
    }
    return std::shared_ptr<const Value>(entry, &*entry->value);
  }

 private:
  struct Entry {
    std::string key;
    absl::Mutex mutex;
    std::optional<Value> value;  // written under the mutex, and never again
  };

  std::shared_ptr<Entry> EntryOf(const std::string& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if ((*entry)->key != key) continue;
      std::shared_ptr<Entry> found = std::move(*entry);
      entries_.erase(entry);
      entries_.push_front(found);
      return found;
    }
    if (entries_.size() == kMost) entries_.pop_back();
    entries_.push_front(std::make_shared<Entry>());
    entries_.front()->key = key;
    return entries_.front();
  }

  absl::Mutex mutex_;
  std::deque<std::shared_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);  // the latest first
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_RECENT_VALUES_H_
