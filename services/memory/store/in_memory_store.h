#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_IN_MEMORY_STORE_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_IN_MEMORY_STORE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "services/memory/domain/memory_store.h"

namespace throughline::memory::store {

// Customers in the process's memory, for tests: gone when destroyed. A write works on a copy of
// the customer that takes the original's place when it succeeds.
class InMemoryStore final : public MemoryStore {
 public:
  struct Customer;

  InMemoryStore();
  ~InMemoryStore() override;

  absl::Status Read(const Context& context, const CustomerKey& key, int64_t min_version,
                    ReadCallback read) override;
  absl::Status Write(const Context& context, const CustomerKey& key, WriteCallback write) override;
  absl::StatusOr<int64_t> Version(const Context& context, const CustomerKey& key,
                                  int64_t min_version) override;
  absl::StatusOr<std::vector<CustomerSummary>> ListCustomers(const Context& context,
                                                             absl::string_view tenant,
                                                             absl::string_view after,
                                                             int limit) override;
  absl::StatusOr<std::vector<std::string>> ListTenants(const Context& context) override;
  absl::Status ScrubErased(const Context& context) override;
  absl::Status Ping(const Context& context) override;

 private:
  std::shared_ptr<const Customer> Find(const CustomerKey& key) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex writing_ ABSL_ACQUIRED_BEFORE(mutex_);  // one writer at a time
  absl::Mutex mutex_;
  std::map<CustomerKey, std::shared_ptr<const Customer>> customers_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<CustomerKey, int64_t> erased_versions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_IN_MEMORY_STORE_H_
