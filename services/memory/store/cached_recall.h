#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_CACHED_RECALL_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_CACHED_RECALL_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/observability/json_log.h"
#include "common/observability/metrics.h"
#include "services/memory/store/recall_cache.h"

namespace throughline::memory::store {

// Puts a cache before a computation: of the same recalls under way together one looks and computes,
// the others wait for it, a bounded time; a cache that fails is gone round, said once in the log
// and counted; an entry that is damaged or not of this key counts as none. Thread-safe.
class CachedRecall {
 public:
  struct Computed {
    std::string bytes;
    bool keep = true;  // false: good for those who wait, not for later

    Computed(std::string the_bytes, bool keep_it = true)  // NOLINT: an answer is mostly kept
        : bytes(std::move(the_bytes)), keep(keep_it) {}
  };
  using Compute = absl::FunctionRef<absl::StatusOr<Computed>()>;

  struct Answer {
    std::string bytes;
    bool hit = false;
  };

  CachedRecall(std::unique_ptr<RecallCache> cache, MetricsRegistry& metrics);

  // The bytes under `key`, computed and kept when they are not there. Errors are those of `compute`
  // and of the context.
  absl::StatusOr<Answer> Get(const Context& context, const std::string& key, Compute compute)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Deletes the answers under keys that begin with `prefix`. How many there were; 0 when the cache
  // cannot be reached, where they expire by themselves.
  int64_t Erase(const Context& context, const std::string& prefix);
  // Counts a recall that does not go through the cache.
  void CountBypass();

 private:
  struct Flight {
    bool done = false;
    absl::StatusOr<Answer> answer = absl::UnknownError("not computed");
  };

  std::optional<std::string> Look(const Context& context, const std::string& key);
  void Keep(const Context& context, const std::string& key, const std::string& bytes);
  void Count(absl::string_view result);
  absl::StatusOr<Answer> LookOrCompute(const Context& context, const std::string& key,
                                       Compute compute);
  absl::StatusOr<Answer> WaitFor(const Context& context, const Flight& flight)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const std::unique_ptr<RecallCache> cache_;
  OutageLog outage_;
  CounterFamily& results_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<Flight>> flights_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_CACHED_RECALL_H_
