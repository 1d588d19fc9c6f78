#include "services/memory/store/postgres_store.h"

#include <utility>

#include "common/base/status_macros.h"
#include "services/memory/store/postgres_schema.h"
#include "services/memory/store/postgres_transaction.h"

namespace throughline::memory::store {

using storage::PostgresConnection;
using storage::PostgresDatabase;
using storage::PostgresRows;
using Value = storage::PostgresValue;

namespace {

// A customer's version as `database` has it; 0 for an unknown one.
absl::StatusOr<int64_t> VersionIn(PostgresDatabase& database, const Context& context,
                                  const CustomerKey& key) {
  int64_t version = 0;
  RETURN_IF_ERROR(database.ReadOne(context, [&](PostgresConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(
        const PostgresRows rows,
        connection.Execute(
            "SELECT version FROM memory.customers WHERE tenant = $1 AND customer_id = $2",
            {Value::Text(key.tenant), Value::Text(key.customer_id)}));
    version = rows.empty() ? 0 : rows.Integer(0, 0);
    return absl::OkStatus();
  }));
  return version;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresStore>> PostgresStore::Open(
    storage::PostgresOptions primary, std::optional<storage::PostgresOptions> replica) {
  ASSIGN_OR_RETURN(
      std::unique_ptr<PostgresDatabase> opened,
      PostgresDatabase::Open(std::move(primary), kPostgresSchema, PostgresMigrations()));
  std::unique_ptr<PostgresDatabase> copy;
  if (replica.has_value()) {
    ASSIGN_OR_RETURN(copy, PostgresDatabase::OpenReplica(*std::move(replica)));
  }
  // The constructor is private, so make_unique cannot reach it.
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(opened), std::move(copy)));
}

absl::Status PostgresStore::Read(const Context& context, const CustomerKey& key,
                                 int64_t min_version, ReadCallback read) {
  if (replica_ != nullptr && min_version > 0) {
    bool reached = false;
    const absl::Status status =
        replica_->Read(context, [&](PostgresConnection& connection) -> absl::Status {
          PostgresTransaction view(connection, key);
          ASSIGN_OR_RETURN(const CustomerHead head, view.Head());
          reached = head.version >= min_version;
          return reached ? read(view) : absl::OkStatus();
        });
    if (reached && !absl::IsUnavailable(status)) return status;
    RETURN_IF_ERROR(context.Check());
  }
  return primary_->Read(context, [&](PostgresConnection& connection) -> absl::Status {
    PostgresTransaction view(connection, key);
    return read(view);
  });
}

absl::Status PostgresStore::Write(const Context& context, const CustomerKey& key,
                                  WriteCallback write) {
  return primary_->WriteAlone(context, PostgresTransaction::LockOf(key),
                              [&](PostgresConnection& connection) -> absl::Status {
                                PostgresTransaction transaction(connection, key);
                                RETURN_IF_ERROR(transaction.BeginWrite());
                                RETURN_IF_ERROR(write(transaction));
                                return transaction.Flush();
                              });
}

absl::StatusOr<int64_t> PostgresStore::Version(const Context& context, const CustomerKey& key,
                                               int64_t min_version) {
  if (replica_ != nullptr && min_version > 0) {
    const absl::StatusOr<int64_t> version = VersionIn(*replica_, context, key);
    if (version.ok() && *version >= min_version) return version;
  }
  return VersionIn(*primary_, context, key);
}

absl::StatusOr<std::vector<CustomerSummary>> PostgresStore::ListCustomers(const Context& context,
                                                                          absl::string_view tenant,
                                                                          absl::string_view after,
                                                                          int limit) {
  std::vector<CustomerSummary> customers;
  RETURN_IF_ERROR(primary_->ReadOne(context, [&](PostgresConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(
        const PostgresRows rows,
        connection.Execute(
            "SELECT customer_id, version, current_facts, updated_at FROM memory.customers "
            "WHERE tenant = $1 AND customer_id > $2 ORDER BY customer_id LIMIT $3",
            {Value::Text(tenant), Value::Text(after), Value::Integer(limit)}));
    customers.clear();
    for (int row = 0; row < rows.size(); ++row) {
      customers.push_back({.customer_id = std::string(rows.Text(row, 0)),
                           .version = rows.Integer(row, 1),
                           .current_facts = rows.Integer(row, 2),
                           .updated_at = absl::FromUnixMicros(rows.Integer(row, 3))});
    }
    return absl::OkStatus();
  }));
  return customers;
}

absl::Status PostgresStore::ScrubErased(const Context& /*context*/) { return absl::OkStatus(); }

absl::Status PostgresStore::Ping(const Context& context) { return primary_->Ping(context); }

}  // namespace throughline::memory::store
