#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_SQLITE_STORE_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "common/storage/sqlite.h"
#include "services/memory/domain/memory_store.h"

namespace throughline::memory::store {

// Customers in one SQLite file. Writes are durable when they return and share commits.
class SqliteStore final : public MemoryStore {
 public:
  // Opens or creates the file at `path`. Errors name the path and a next step.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path);

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
  explicit SqliteStore(std::unique_ptr<storage::SqliteDatabase> database)
      : database_(std::move(database)) {}

  std::unique_ptr<storage::SqliteDatabase> database_;
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_SQLITE_STORE_H_
