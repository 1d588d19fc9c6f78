#ifndef THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_STORE_H_
#define THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "common/storage/postgres.h"
#include "services/memory/domain/memory_store.h"

namespace throughline::memory::store {

// Customers in a PostgreSQL database that several processes may share. Writes of one customer take
// turns by an advisory lock that ends with the transaction.
class PostgresStore final : public MemoryStore, private ShortReads {
 public:
  // Connects and brings the tables up to date. With `replica`, reads of a version that it has
  // reached come from there; all others, and all reads while it fails, from the primary.
  static absl::StatusOr<std::unique_ptr<PostgresStore>> Open(
      storage::PostgresOptions primary, std::optional<storage::PostgresOptions> replica);

  absl::Status Read(const Context& context, const CustomerKey& key, int64_t min_version,
                    ReadCallback read) override;
  absl::Status Write(const Context& context, const CustomerKey& key, WriteCallback write) override;
  absl::StatusOr<int64_t> Version(const Context& context, const CustomerKey& key,
                                  int64_t min_version) override;
  ShortReads* short_reads() override { return this; }
  absl::StatusOr<std::vector<CustomerSummary>> ListCustomers(const Context& context,
                                                             absl::string_view tenant,
                                                             absl::string_view after,
                                                             int limit) override;
  // Does nothing: what PostgreSQL deletes no reader sees again, but its bytes stay in the files
  // until VACUUM has given their pages to other rows.
  absl::StatusOr<std::vector<std::string>> ListTenants(const Context& context) override;
  absl::Status ScrubErased(const Context& context) override;
  absl::Status Ping(const Context& context) override;

 private:
  PostgresStore(std::unique_ptr<storage::PostgresDatabase> primary,
                std::unique_ptr<storage::PostgresDatabase> replica)
      : primary_(std::move(primary)), replica_(std::move(replica)) {}

  absl::StatusOr<std::optional<LoadedCustomer>> Load(const Context& context, const CustomerKey& key,
                                                     int64_t min_version, int64_t since,
                                                     EntryVisitor& visitor) override;
  absl::StatusOr<std::optional<std::vector<FactRow>>> RowsAt(
      const Context& context, const CustomerKey& key, int64_t min_version, int64_t version,
      absl::Span<const RowPlace> places) override;

  const std::unique_ptr<storage::PostgresDatabase> primary_;
  const std::unique_ptr<storage::PostgresDatabase> replica_;  // may be null
};

}  // namespace throughline::memory::store

#endif  // THROUGHLINE_SERVICES_MEMORY_STORE_POSTGRES_STORE_H_
