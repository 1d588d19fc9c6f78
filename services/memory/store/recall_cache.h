#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_RECALL_CACHE_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_RECALL_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "common/storage/redis.h"

namespace throughline::memory::store {

// Answers by key. A key holds the customer's version, so an entry is never wrong, only unused.
// Implementations are thread-safe and answer within a bounded time.
class RecallCache {
 public:
  virtual ~RecallCache() = default;

  // Empty when the key is not there.
  virtual absl::StatusOr<std::optional<std::string>> Get(const Context& context,
                                                         absl::string_view key) = 0;
  virtual absl::Status Put(const Context& context, absl::string_view key,
                           absl::string_view value) = 0;
  // Deletes every key that begins with `prefix` and says how many there were.
  virtual absl::StatusOr<int64_t> Erase(const Context& context, absl::string_view prefix) = 0;
  // How the cache is called in log lines.
  virtual std::string Name() const = 0;
};

// Answers in Redis, shared by replicas.
class RedisRecallCache final : public RecallCache {
 public:
  RedisRecallCache(std::unique_ptr<storage::RedisClient> redis, absl::Duration time_to_live)
      : redis_(std::move(redis)), time_to_live_(time_to_live) {}

  absl::StatusOr<std::optional<std::string>> Get(const Context& context,
                                                 absl::string_view key) override;
  absl::Status Put(const Context& context, absl::string_view key, absl::string_view value) override;
  absl::StatusOr<int64_t> Erase(const Context& context, absl::string_view prefix) override;
  std::string Name() const override;

 private:
  const std::unique_ptr<storage::RedisClient> redis_;
  const absl::Duration time_to_live_;
};

// Answers in this process: those used last, within a number of bytes.
class LocalRecallCache final : public RecallCache {
 public:
  // Borrows the clock.
  LocalRecallCache(size_t max_bytes, absl::Duration time_to_live, const Clock& clock)
      : max_bytes_(max_bytes), time_to_live_(time_to_live), clock_(clock) {}

  absl::StatusOr<std::optional<std::string>> Get(const Context& context,
                                                 absl::string_view key) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Put(const Context& context, absl::string_view key, absl::string_view value) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<int64_t> Erase(const Context& context, absl::string_view prefix) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::string Name() const override { return "this process's cache"; }

 private:
  struct Entry {
    std::string key;
    std::string value;
    absl::Time expires_at;
  };
  using Order = std::list<Entry>;

  void Drop(Order::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_bytes_;
  const absl::Duration time_to_live_;
  const Clock& clock_;
  absl::Mutex mutex_;
  Order order_ ABSL_GUARDED_BY(mutex_);  // used last first
  absl::flat_hash_map<absl::string_view, Order::iterator> entries_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_RECALL_CACHE_H_
