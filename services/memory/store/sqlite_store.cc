#include "services/memory/store/sqlite_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/storage/sqlite_scrub.h"
#include "services/memory/store/schema.h"
#include "services/memory/store/sqlite_transaction.h"

namespace throughline::memory::store {

using storage::SqliteConnection;
using storage::SqliteDatabase;
using storage::SqliteStatement;

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteDatabase> database,
                   SqliteDatabase::Open({.path = path}, Migrations()));
  // The constructor is private, so make_unique cannot reach it.
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(database)));
}

absl::Status SqliteStore::Read(const Context& context, const CustomerKey& key,
                               int64_t /*min_version*/, ReadCallback read) {
  return database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteTransaction view(connection, key);
    return read(view);
  });
}

absl::Status SqliteStore::Write(const Context& context, const CustomerKey& key,
                                WriteCallback write) {
  return database_->Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteTransaction transaction(connection, key);
    RETURN_IF_ERROR(transaction.BeginWrite());
    RETURN_IF_ERROR(write(transaction));
    return transaction.Finish();
  });
}

absl::StatusOr<int64_t> SqliteStore::Version(const Context& context, const CustomerKey& key,
                                             int64_t /*min_version*/) {
  int64_t version = 0;
  RETURN_IF_ERROR(database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement statement =
        connection.Prepare("SELECT version FROM customers WHERE tenant = ? AND customer_id = ?");
    statement->bind(1, key.tenant);
    statement->bind(2, key.customer_id);
    if (statement->executeStep()) version = statement->getColumn(0).getInt64();
    return absl::OkStatus();
  }));
  return version;
}

absl::StatusOr<std::vector<CustomerSummary>> SqliteStore::ListCustomers(const Context& context,
                                                                        absl::string_view tenant,
                                                                        absl::string_view after,
                                                                        int limit) {
  std::vector<CustomerSummary> customers;
  RETURN_IF_ERROR(database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement statement = connection.Prepare(
        "SELECT customer_id, version, current_facts, updated_at FROM customers "
        "WHERE tenant = ? AND customer_id > ? ORDER BY customer_id LIMIT ?");
    statement->bind(1, std::string(tenant));
    statement->bind(2, std::string(after));
    statement->bind(3, limit);
    while (statement->executeStep()) {
      customers.push_back({.customer_id = statement->getColumn(0).getString(),
                           .version = statement->getColumn(1).getInt64(),
                           .current_facts = statement->getColumn(2).getInt64(),
                           .updated_at = absl::FromUnixMicros(statement->getColumn(3).getInt64())});
    }
    return absl::OkStatus();
  }));
  return customers;
}

absl::StatusOr<std::vector<std::string>> SqliteStore::ListTenants(const Context& context) {
  std::vector<std::string> tenants;
  RETURN_IF_ERROR(database_->Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement statement =
        connection.Prepare("SELECT tenant FROM customers GROUP BY tenant ORDER BY tenant");
    while (statement->executeStep()) tenants.push_back(statement->getColumn(0).getString());
    return absl::OkStatus();
  }));
  return tenants;
}

absl::Status SqliteStore::ScrubErased(const Context& context) {
  return storage::ScrubUnused(context, database_->path());
}

absl::Status SqliteStore::Ping(const Context& context) { return database_->Ping(context); }

}  // namespace throughline::memory::store
