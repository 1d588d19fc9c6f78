#include "services/memory/store/postgres_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "services/memory/store/entry_packs.h"
#include "services/memory/store/postgres_rows.h"
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

// One statement sees one moment, so that head, state and rows belong together without a
// transaction. A row has a place, the head has its versions instead of an id, the state neither:
// each column more is paid for by every row.
constexpr char kLoad[] =
    "SELECT version || ' ' || erased_version, head, NULL::tid "
    "FROM memory.customers WHERE tenant = $1 AND customer_id = $2 "
    "UNION ALL SELECT NULL, body, NULL FROM memory.states WHERE tenant = $1 AND customer_id = $2 "
    "UNION ALL SELECT fact_id, entry, ctid FROM memory.facts "
    "WHERE tenant = $1 AND customer_id = $2 AND changed_version > $3";
enum LoadColumn { kId, kBytes, kPlace };

// The same of everything, from packs. They come with their version and part; the head with its
// versions, of which the last is that of the packs; the state with neither.
constexpr char kLoadPacked[] =
    "SELECT version, erased_version, head, packed_version "
    "FROM memory.customers WHERE tenant = $1 AND customer_id = $2 "
    "UNION ALL SELECT NULL, NULL, body, NULL FROM memory.states "
    "WHERE tenant = $1 AND customer_id = $2 "
    "UNION ALL SELECT version, part, entries, NULL FROM memory.entry_packs "
    "WHERE tenant = $1 AND customer_id = $2";
enum LoadPackedColumn { kVersion, kPart, kPackedBytes, kPackedVersion };

// Rows by their place need no index. OFFSET 0 keeps the planner from looking for the customer's
// rows first, of which there can be thousands, to look for the places among them.
constexpr char kRowsAt[] =
    "SELECT body FROM (SELECT tenant, customer_id, body FROM memory.facts "
    "WHERE ctid = ANY($4) OFFSET 0) AS found WHERE tenant = $1 AND customer_id = $2 AND "
    "(SELECT version FROM memory.customers WHERE tenant = $1 AND customer_id = $2) = $3";

// What kLoad has found of a customer that has reached `min_version`; rows go to `visitor`. No value
// when it has not, or when a row's entry is of another format.
absl::StatusOr<std::optional<LoadedCustomer>> ReadLoaded(const PostgresRows& rows,
                                                         int64_t min_version,
                                                         EntryVisitor& visitor) {
  LoadedCustomer loaded;
  for (int row = 0; row < rows.size(); ++row) {
    if (!rows.IsNull(row, kPlace)) continue;
    if (rows.IsNull(row, kId)) {
      ASSIGN_OR_RETURN(loaded.state, ReadBody<pb::StoredState>(rows, row, kBytes));
      continue;
    }
    ASSIGN_OR_RETURN(loaded.head, ReadBody<pb::StoredHead>(rows, row, kBytes));
    const std::pair<absl::string_view, absl::string_view> versions =
        absl::StrSplit(rows.Text(row, kId), ' ');
    if (!absl::SimpleAtoi(versions.first, &loaded.head.version) ||
        !absl::SimpleAtoi(versions.second, &loaded.head.erased_version)) {
      return absl::InternalError("the versions of a customer are no numbers");
    }
  }
  if (loaded.head.version < min_version) return std::optional<LoadedCustomer>();
  IndexEntry entry;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.IsNull(row, kPlace)) continue;
    if (!DecodeEntry(rows.Text(row, kBytes), &entry)) return std::optional<LoadedCustomer>();
    entry.place = rows.Place(row, kPlace);
    visitor.Visit(rows.Text(row, kId), entry);
  }
  return std::make_optional(std::move(loaded));
}

// Whether a moment has reached what is asked for, and whether it could be read.
enum class Found { kYes, kBehind, kUnpacked };

// What kLoadPacked has found of a customer, as ReadLoaded. kUnpacked when the packs do not hold
// what the facts hold, or not in a format that is known.
absl::StatusOr<Found> ReadPacked(const PostgresRows& rows, int64_t min_version,
                                 EntryVisitor& visitor, LoadedCustomer* loaded) {
  std::vector<EntryPack> packs;
  packs.reserve(static_cast<size_t>(rows.size()));
  int64_t packed_version = 0;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.IsNull(row, kVersion)) {
      ASSIGN_OR_RETURN(loaded->state, ReadBody<pb::StoredState>(rows, row, kPackedBytes));
    } else if (!rows.IsNull(row, kPackedVersion)) {
      ASSIGN_OR_RETURN(loaded->head, ReadBody<pb::StoredHead>(rows, row, kPackedBytes));
      loaded->head.version = rows.Integer(row, kVersion);
      loaded->head.erased_version = rows.Integer(row, kPart);
      packed_version = rows.Integer(row, kPackedVersion);
    } else {
      packs.push_back({.version = rows.Integer(row, kVersion),
                       .part = rows.Integer(row, kPart),
                       .entries = rows.Text(row, kPackedBytes)});
    }
  }
  if (loaded->head.version < min_version) return Found::kBehind;
  if (packed_version != loaded->head.version) return Found::kUnpacked;
  visitor.Expect(static_cast<size_t>(std::max<int64_t>(0, loaded->head.last_sequence)));
  std::vector<RowPlace> unread;
  const bool whole = VisitPacks(std::move(packs), visitor, &unread);
  return whole && unread.empty() ? Found::kYes : Found::kUnpacked;
}

// Notes whether anything has been visited.
class NotedVisitor final : public EntryVisitor {
 public:
  explicit NotedVisitor(EntryVisitor& visitor) : visitor_(visitor) {}

  void Expect(size_t rows) override { visitor_.Expect(rows); }
  void Visit(absl::string_view id, const IndexEntry& entry) override {
    visited_ = true;
    visitor_.Visit(id, entry);
  }
  void VisitBlock(const EntryBlock& block) override {
    visited_ = true;
    visitor_.VisitBlock(block);
  }
  bool visited() const { return visited_; }

 private:
  EntryVisitor& visitor_;
  bool visited_ = false;
};

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
                                return transaction.Finish();
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

absl::StatusOr<std::optional<LoadedCustomer>> PostgresStore::Load(const Context& context,
                                                                  const CustomerKey& key,
                                                                  int64_t min_version,
                                                                  int64_t since,
                                                                  EntryVisitor& visitor) {
  std::optional<LoadedCustomer> loaded;
  NotedVisitor noted(visitor);
  const auto load = [&](PostgresDatabase& database, int64_t wanted_version) {
    return database.ReadOne(context, [&](PostgresConnection& connection) -> absl::Status {
      if (since == 0) {
        ASSIGN_OR_RETURN(const PostgresRows rows,
                         connection.Execute(
                             kLoadPacked, {Value::Text(key.tenant), Value::Text(key.customer_id)}));
        LoadedCustomer packed;
        ASSIGN_OR_RETURN(const Found found, ReadPacked(rows, wanted_version, noted, &packed));
        if (found == Found::kYes) loaded = std::move(packed);
        // What has been visited in vain is visited by nobody else.
        if (found != Found::kUnpacked || noted.visited()) return absl::OkStatus();
      }
      ASSIGN_OR_RETURN(
          const PostgresRows rows,
          connection.Execute(kLoad, {Value::Text(key.tenant), Value::Text(key.customer_id),
                                     Value::Integer(std::max<int64_t>(0, since))}));
      ASSIGN_OR_RETURN(loaded, ReadLoaded(rows, wanted_version, noted));
      return absl::OkStatus();
    });
  };
  if (replica_ != nullptr && min_version > 0) {
    const absl::Status status = load(*replica_, min_version);
    if (noted.visited() || (status.ok() && loaded.has_value())) return loaded;
    RETURN_IF_ERROR(context.Check());
  }
  RETURN_IF_ERROR(load(*primary_, 0));
  return loaded;
}

absl::StatusOr<std::optional<std::vector<FactRow>>> PostgresStore::RowsAt(
    const Context& context, const CustomerKey& key, int64_t min_version, int64_t version,
    absl::Span<const RowPlace> places) {
  // The server gives rows by their place, in its order.
  std::vector<size_t> ranks;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].place == 0) return std::optional<std::vector<FactRow>>();
    ranks.push_back(i);
  }
  std::sort(ranks.begin(), ranks.end(),
            [&places](size_t a, size_t b) { return places[a].place < places[b].place; });
  std::vector<int64_t> where;
  for (const size_t rank : ranks) where.push_back(places[rank].place);
  std::vector<FactRow> found;
  bool complete = false;
  const auto fetch = [&](PostgresDatabase& database) {
    return database.ReadOne(context, [&](PostgresConnection& connection) -> absl::Status {
      ASSIGN_OR_RETURN(
          const PostgresRows rows,
          connection.Execute(kRowsAt, {Value::Text(key.tenant), Value::Text(key.customer_id),
                                       Value::Integer(version), Value::Places(where)}));
      // Whoever rewrites the table leaves versions as they are, and other rows where these were.
      complete = static_cast<size_t>(rows.size()) == places.size();
      found = std::vector<FactRow>(places.size());
      for (size_t i = 0; i < ranks.size() && complete; ++i) {
        FactRow& row = found[ranks[i]];
        if (!ReadFact(rows.Text(static_cast<int>(i), 0), &row)) return Unreadable("fact");
        complete = row.fact.id == places[ranks[i]].id;
      }
      return absl::OkStatus();
    });
  };
  if (replica_ != nullptr && min_version > 0) {
    const absl::Status status = fetch(*replica_);
    if (status.ok() && complete) return std::make_optional(std::move(found));
    RETURN_IF_ERROR(context.Check());
  }
  RETURN_IF_ERROR(fetch(*primary_));
  if (!complete) return std::optional<std::vector<FactRow>>();
  return std::make_optional(std::move(found));
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

absl::StatusOr<std::vector<std::string>> PostgresStore::ListTenants(const Context& context) {
  std::vector<std::string> tenants;
  RETURN_IF_ERROR(primary_->ReadOne(context, [&](PostgresConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(
        const PostgresRows rows,
        connection.Execute("SELECT tenant FROM memory.customers GROUP BY tenant ORDER BY tenant",
                           {}));
    tenants.clear();
    for (int row = 0; row < rows.size(); ++row) tenants.emplace_back(rows.Text(row, 0));
    return absl::OkStatus();
  }));
  return tenants;
}

absl::Status PostgresStore::ScrubErased(const Context& /*context*/) { return absl::OkStatus(); }

absl::Status PostgresStore::Ping(const Context& context) { return primary_->Ping(context); }

}  // namespace throughline::memory::store
