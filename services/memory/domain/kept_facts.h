#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_KEPT_FACTS_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_KEPT_FACTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "common/deal/types.h"
#include "services/memory/domain/customer_index.h"

namespace throughline::memory {

// Shared by answers and what is kept; never changed.
using SharedFact = std::shared_ptr<const deal::Fact>;

// Facts that answers from one snapshot have shown, by position: answers alike fetch them once. The
// first ones, up to a number of bytes, and none in their place later: where questions show ever new
// facts, letting go of others for them costs more than they save. Thread-safe.
class KeptFacts {
 public:
  explicit KeptFacts(size_t max_bytes) : max_bytes_(max_bytes) {}

  // As many bytes as all facts of `index` take, roughly, but no more than are worth keeping.
  static size_t WorthKeepingBytes(const CustomerIndex& index);

  // The facts at `positions`, null where one is not kept.
  std::vector<SharedFact> Find(absl::Span<const uint32_t> positions) ABSL_LOCKS_EXCLUDED(mutex_);
  // Keeps those of `facts`, which stand at as many `positions`, that there is room for.
  void Keep(absl::Span<const uint32_t> positions, absl::Span<const SharedFact> facts)
      ABSL_LOCKS_EXCLUDED(mutex_);

  size_t max_bytes() const { return max_bytes_; }
  size_t bytes() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const size_t max_bytes_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<uint32_t, SharedFact> facts_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_KEPT_FACTS_H_
