#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEANING_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEANING_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "services/memory/domain/customer_index.h"
#include "services/memory/domain/embedder.h"

namespace throughline::memory {

// How close the texts of customers lie to a question: vectors by customer and text, one byte a
// dimension, those of the customers asked for last within a number of bytes. Thread-safe.
class Meaning {
 public:
  // What closeness is for a row whose vector is not known.
  static constexpr float kUnknown = -2;

  explicit Meaning(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Positions of at most `most` rows of `index` without a vector, newest first.
  std::vector<uint32_t> Missing(const CustomerKey& key, const CustomerIndex& index, size_t most)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes in vectors of length 1 under the hashes of their texts.
  void Learn(const CustomerKey& key, const std::vector<std::pair<uint64_t, Vector>>& vectors)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The cosine of `question` and each row, by position; kUnknown where there is no vector.
  std::vector<float> Closeness(const CustomerKey& key, const CustomerIndex& index,
                               const Vector& question) ABSL_LOCKS_EXCLUDED(mutex_);
  void Erase(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Vectors;
  using Order = std::list<std::pair<CustomerKey, std::shared_ptr<const Vectors>>>;

  std::shared_ptr<const Vectors> Find(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);
  void Drop(Order::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_bytes_;
  absl::Mutex mutex_;
  Order order_ ABSL_GUARDED_BY(mutex_);  // used last first
  absl::flat_hash_map<CustomerKey, Order::iterator> entries_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_MEANING_H_
