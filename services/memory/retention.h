#ifndef THROUGHLINE_SERVICES_MEMORY_RETENTION_H_
#define THROUGHLINE_SERVICES_MEMORY_RETENTION_H_

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/retention/sweeper.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/cached_recall.h"

namespace throughline::memory {

// What retention rules may take from memory: verbatim texts, by when they were said. What was
// learnt of them, facts with their quotes and the ledger, stays until it is forgotten. Borrows all;
// thread-safe.
class MemoryRetention final : public retention::Erasable {
 public:
  MemoryRetention(Memory& memory, store::CachedRecall& cached) : memory_(memory), cached_(cached) {}

  std::vector<absl::string_view> Kinds() const override { return {retention::kTexts}; }
  absl::StatusOr<std::vector<std::string>> Tenants(const Context& context) override;
  absl::StatusOr<int64_t> Count(const Context& context, absl::string_view kind,
                                absl::Time before) override;
  // Goes on from customer to customer, from where the last one ended.
  absl::StatusOr<retention::Batch> Erase(const Context& context, absl::string_view kind,
                                         absl::Time before, int limit) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ScrubErased(const Context& context) override { return memory_.ScrubErased(context); }

 private:
  Memory& memory_;
  store::CachedRecall& cached_;
  absl::Mutex mutex_;
  std::map<std::string, std::string> last_customer_ ABSL_GUARDED_BY(mutex_);  // by tenant
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_RETENTION_H_
