#include "services/memory/store/sqlite_transaction.h"

#include <sqlite3.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "common/wire/deal.h"
#include "services/memory/store/codec.h"
#include "services/memory/store/fact_reader.h"

namespace throughline::memory::store {
namespace {

// Places looked up by one statement. To run one costs more than to find a row.
constexpr size_t kPlacesPerRead = 64;

std::string Repeated(absl::string_view text, size_t times) {
  return absl::StrJoin(std::vector<absl::string_view>(times, text), "");
}

absl::Status Unreadable(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("a stored ", what, " cannot be read; restore the file from a backup"));
}

absl::string_view BytesOf(const SQLite::Column& column) {
  return {static_cast<const char*>(column.getBlob()), static_cast<size_t>(column.getBytes())};
}

template <typename Message>
absl::Status Parse(const SQLite::Column& column, Message* message) {
  if (message->ParseFromArray(column.getBlob(), column.getBytes())) return absl::OkStatus();
  return Unreadable(message->GetTypeName());
}

// Parses straight into `row`, without statements.
absl::Status ParseFact(const SQLite::Column& column, FactRow* row) {
  return ReadFact(BytesOf(column), row) ? absl::OkStatus() : Unreadable("fact");
}

void BindText(storage::SqliteStatement& statement, int index, absl::string_view value) {
  statement->bind(index, std::string(value));
}

void BindMessage(storage::SqliteStatement& statement, int index,
                 const google::protobuf::MessageLite& message) {
  const std::string bytes = message.SerializeAsString();
  statement->bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

// The columns body[, statements].
absl::StatusOr<FactRow> ReadFact(storage::SqliteStatement& statement, Statements statements) {
  FactRow row;
  RETURN_IF_ERROR(ParseFact(statement->getColumn(0), &row));
  if (statements == Statements::kWith) {
    if (!ReadStatements(BytesOf(statement->getColumn(1)), &row.statements)) {
      return Unreadable("fact's statements");
    }
  }
  return row;
}

template <typename Message>
auto ReadBody(storage::SqliteStatement& statement)
    -> absl::StatusOr<decltype(Decode(std::declval<Message>()))> {
  Message message;
  RETURN_IF_ERROR(Parse(statement->getColumn(0), &message));
  return Decode(message);
}

}  // namespace

storage::SqliteStatement SqliteTransaction::Prepare(const char* sql) {
  storage::SqliteStatement statement = connection_.Prepare(sql);
  statement->bind(1, key_.tenant);
  statement->bind(2, key_.customer_id);
  return statement;
}

std::string SqliteTransaction::Digest() const { return Sha256Hex({key_.tenant, key_.customer_id}); }

absl::Status SqliteTransaction::BeginWrite() {
  ASSIGN_OR_RETURN(const CustomerHead head, Head());
  next_version_ = head.version + 1;
  if (head.version == 0) {
    storage::SqliteStatement erased = connection_.Prepare(
        "SELECT version FROM erasures WHERE tenant = ? AND customer_digest = ?");
    erased->bind(1, key_.tenant);
    erased->bind(2, Digest());
    if (erased->executeStep()) next_version_ = erased->getColumn(0).getInt64() + 1;
  }
  return absl::OkStatus();
}

absl::StatusOr<CustomerHead> SqliteTransaction::Head() {
  storage::SqliteStatement statement = Prepare(
      "SELECT head, version, erased_version, packed FROM customers "
      "WHERE tenant = ? AND customer_id = ?");
  if (!statement->executeStep()) return CustomerHead{};
  ASSIGN_OR_RETURN(CustomerHead head, ReadBody<pb::StoredHead>(statement));
  head.version = statement->getColumn(1).getInt64();
  head.erased_version = statement->getColumn(2).getInt64();
  if (!changed_) packed_ = statement->getColumn(3).getInt() != 0;  // as the write found it
  return head;
}

absl::StatusOr<CustomerState> SqliteTransaction::State() {
  storage::SqliteStatement statement =
      Prepare("SELECT body FROM states WHERE tenant = ? AND customer_id = ?");
  if (!statement->executeStep()) return CustomerState{};
  return ReadBody<pb::StoredState>(statement);
}

absl::StatusOr<std::vector<deal::DealState>> SqliteTransaction::DealPast() {
  storage::SqliteStatement statement =
      Prepare("SELECT body FROM deal_past WHERE tenant = ? AND customer_id = ? ORDER BY version");
  std::vector<deal::DealState> past;
  while (statement->executeStep()) {
    throughline::deal::v1::DealState part;
    RETURN_IF_ERROR(Parse(statement->getColumn(0), &part));
    past.push_back(wire::FromProto(part));
  }
  return past;
}

absl::StatusOr<std::vector<FactRow>> SqliteTransaction::FactsChangedSince(int64_t version,
                                                                          Statements statements) {
  storage::SqliteStatement statement =
      Prepare(version == 0
                  ? (statements == Statements::kWith
                         ? "SELECT body, statements FROM facts WHERE tenant = ? AND customer_id = ?"
                         : "SELECT body FROM facts WHERE tenant = ? AND customer_id = ?")
                  : "SELECT body, statements FROM facts INDEXED BY facts_by_change "
                    "WHERE tenant = ? AND customer_id = ? AND changed_version > ?");
  if (version != 0) statement->bind(3, version);
  std::vector<FactRow> rows;
  while (statement->executeStep()) {
    ASSIGN_OR_RETURN(FactRow row, ReadFact(statement, statements));
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::vector<FactRow>> SqliteTransaction::FactsById(absl::Span<const std::string> ids,
                                                                  Statements statements) {
  return FactsWhere(
      statements == Statements::kWith
          ? "SELECT body, statements FROM facts "
            "WHERE tenant = ? AND customer_id = ? AND fact_id = ?"
          : "SELECT body FROM facts WHERE tenant = ? AND customer_id = ? AND fact_id = ?",
      ids, statements);
}

absl::StatusOr<std::vector<FactRow>> SqliteTransaction::FactsAt(absl::Span<const RowPlace> places) {
  // A list of values that is joined is gone through as it stands; IN would sort it into a tree
  // first.
  static const auto* const kSql = new std::string(
      absl::StrCat("SELECT place, body FROM (VALUES (?3)", Repeated(", (?)", kPlacesPerRead - 1),
                   ") AS wanted CROSS JOIN facts NOT INDEXED "
                   "WHERE place = wanted.column1 AND tenant = ?1 AND customer_id = ?2"));
  std::vector<FactRow> rows;
  rows.reserve(places.size());
  storage::SqliteStatement statement = Prepare(kSql->c_str());
  for (size_t first = 0; first < places.size(); first += kPlacesPerRead) {
    statement->reset();
    for (size_t i = 0; i < kPlacesPerRead; ++i) {
      const auto parameter = static_cast<int>(3 + i);
      if (first + i < places.size()) {
        statement->bind(parameter, places[first + i].place);
      } else {
        statement->bind(parameter);  // NULL, which is no row's place
      }
    }
    size_t at = first;
    while (statement->executeStep()) {
      // Rows come in the order of their places in the list; some may be gone.
      const int64_t place = statement->getColumn(0).getInt64();
      while (at < places.size() && places[at].place != place) ++at;
      if (at == places.size()) return absl::InternalError("rows came in another order than asked");
      FactRow& row = rows.emplace_back();
      RETURN_IF_ERROR(ParseFact(statement->getColumn(1), &row));
      // Another fact may have been given the place since.
      if (places[at++].id != row.fact.id) rows.pop_back();
    }
  }
  return rows;
}

absl::StatusOr<std::vector<FactRow>> SqliteTransaction::FactsWithKeys(
    absl::Span<const std::string> keys) {
  return FactsWhere(
      "SELECT body, statements FROM facts INDEXED BY facts_by_key "
      "WHERE tenant = ? AND customer_id = ? AND fact_key = ? AND fact_key <> ''",
      keys, Statements::kWith);
}

absl::StatusOr<std::vector<FactRow>> SqliteTransaction::FactsWhere(
    const char* sql, absl::Span<const std::string> values, Statements statements) {
  std::vector<FactRow> rows;
  rows.reserve(values.size());
  storage::SqliteStatement statement = Prepare(sql);
  for (const std::string& value : values) {
    statement->reset();
    statement->bind(3, value);
    while (statement->executeStep()) {
      ASSIGN_OR_RETURN(FactRow row, ReadFact(statement, statements));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

absl::StatusOr<std::optional<Contribution>> SqliteTransaction::ContributionById(
    absl::string_view id) {
  storage::SqliteStatement statement = Prepare(
      "SELECT body FROM contributions "
      "WHERE tenant = ? AND customer_id = ? AND contribution_id = ?");
  BindText(statement, 3, id);
  if (!statement->executeStep()) return std::optional<Contribution>();
  ASSIGN_OR_RETURN(Contribution contribution, ReadBody<pb::StoredContribution>(statement));
  return std::make_optional(std::move(contribution));
}

absl::StatusOr<std::vector<Contribution>> SqliteTransaction::Contributions() {
  storage::SqliteStatement statement = Prepare(
      "SELECT body FROM contributions WHERE tenant = ? AND customer_id = ? "
      "ORDER BY occurred_at, contribution_id");
  std::vector<Contribution> contributions;
  while (statement->executeStep()) {
    ASSIGN_OR_RETURN(Contribution contribution, ReadBody<pb::StoredContribution>(statement));
    contributions.push_back(std::move(contribution));
  }
  return contributions;
}

absl::StatusOr<std::optional<ProfileRecord>> SqliteTransaction::Profile(int64_t version) {
  storage::SqliteStatement statement =
      Prepare("SELECT body FROM profiles WHERE tenant = ? AND customer_id = ? AND version = ?");
  statement->bind(3, version);
  if (!statement->executeStep()) return std::optional<ProfileRecord>();
  ASSIGN_OR_RETURN(ProfileRecord record, ReadBody<pb::StoredProfile>(statement));
  return std::make_optional(std::move(record));
}

absl::StatusOr<std::vector<ProfileRecord>> SqliteTransaction::Profiles(int64_t before, int limit) {
  storage::SqliteStatement statement = Prepare(
      "SELECT body FROM profiles WHERE tenant = ? AND customer_id = ? AND version < ? "
      "ORDER BY version DESC LIMIT ?");
  statement->bind(3, before == 0 ? INT64_MAX : before);
  statement->bind(4, limit);
  std::vector<ProfileRecord> records;
  while (statement->executeStep()) {
    ASSIGN_OR_RETURN(ProfileRecord record, ReadBody<pb::StoredProfile>(statement));
    records.push_back(std::move(record));
  }
  return records;
}

absl::Status SqliteTransaction::VisitEntries(int64_t version, EntryVisitor& visitor) {
  RETURN_IF_ERROR(Head().status());
  return packed_ ? VisitPacked(version, visitor) : VisitUnpacked(version, visitor);
}

absl::Status SqliteTransaction::VisitPacked(int64_t version, EntryVisitor& visitor) {
  storage::SqliteStatement statement = Prepare(
      "SELECT version, part, entries FROM entry_packs "
      "WHERE tenant = ? AND customer_id = ? AND version > ?");
  statement->bind(3, version);
  std::deque<std::string> bytes;  // which packs look at
  std::vector<EntryPack> packs;
  while (statement->executeStep()) {
    const SQLite::Column entries = statement->getColumn(2);
    bytes.emplace_back(static_cast<const char*>(entries.getBlob()),
                       static_cast<size_t>(entries.getBytes()));
    packs.push_back({.version = statement->getColumn(0).getInt64(),
                     .part = statement->getColumn(1).getInt64(),
                     .entries = bytes.back()});
  }
  std::vector<RowPlace> unread;
  if (!VisitPacks(std::move(packs), visitor, &unread)) {
    return absl::DataLossError("stored entries cannot be read; restore the file from a backup");
  }
  for (const RowPlace& row : unread) {
    ASSIGN_OR_RETURN(const std::vector<FactRow> facts, FactsAt({row}));
    if (facts.empty()) continue;
    IndexEntry entry = analyser_.Analyse(facts[0]);
    entry.place = row.place;
    visitor.Visit(row.id, entry);
  }
  return absl::OkStatus();
}

void SqliteTransaction::PutPacks(int64_t version) {
  std::vector<PendingEntry> entries = std::exchange(pending_, {});
  SortForPacks(&entries);
  for (const std::string& pack : MakePacks(entries, kMaxPackBytes)) {
    storage::SqliteStatement statement = Prepare(
        "INSERT INTO entry_packs (tenant, customer_id, version, part, entries) "
        "VALUES (?, ?, ?, ?, ?)");
    statement->bind(3, version);
    statement->bind(4, part_++);
    statement->bindNoCopy(5, pack.data(), static_cast<int>(pack.size()));
    statement->exec();
  }
}

void SqliteTransaction::Pack(PendingEntry entry, int64_t version) {
  pending_.push_back(std::move(entry));
  if (pending_.size() >= kMaxPendingEntries) PutPacks(version);
}

// Puts what it is shown into packs, but for what has been erased.
class SqliteTransaction::Packer final : public EntryVisitor {
 public:
  // Borrows `transaction` for the life of the object.
  Packer(SqliteTransaction& transaction, int64_t version)
      : transaction_(transaction), version_(version) {}

  void Visit(absl::string_view id, const IndexEntry& entry) override {
    if (transaction_.erased_.contains(id)) return;
    transaction_.Pack({.id = std::string(id), .entry = entry}, version_);
  }

 private:
  SqliteTransaction& transaction_;
  const int64_t version_;
};

absl::Status SqliteTransaction::MoveIntoPacks() {
  // Under the version before, so that what this write has put replaces it.
  const int64_t version = next_version_ - 1;
  Packer packer(*this, version);
  RETURN_IF_ERROR(VisitUnpacked(0, packer));
  PutPacks(version);
  Prepare("DELETE FROM fact_entries WHERE tenant = ? AND customer_id = ?")->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::Repack() {
  const int64_t first_part = part_;
  Packer packer(*this, next_version_);
  RETURN_IF_ERROR(VisitPacked(0, packer));
  PutPacks(next_version_);
  storage::SqliteStatement old = Prepare(
      "DELETE FROM entry_packs "
      "WHERE tenant = ? AND customer_id = ? AND (version < ? OR part < ?)");
  old->bind(3, next_version_);
  old->bind(4, first_part);
  old->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::Finish() {
  if (!changed_) return absl::OkStatus();
  PutPacks(next_version_);
  if (!packed_) RETURN_IF_ERROR(MoveIntoPacks());
  const bool repack = !erased_.empty() || next_version_ % kRepackEvery == 0;
  return repack ? Repack() : absl::OkStatus();
}

absl::Status SqliteTransaction::VisitUnpacked(int64_t version, EntryVisitor& visitor) {
  // All entries are read in the order they lie in; a few are found by index.
  storage::SqliteStatement statement = Prepare(
      version == 0 ? "SELECT fact_id, entry, place FROM fact_entries "
                     "WHERE tenant = ? AND customer_id = ?"
                   : "SELECT e.fact_id, e.entry, e.place FROM facts f INDEXED BY facts_by_change "
                     "JOIN fact_entries e ON e.tenant = f.tenant AND e.customer_id = f.customer_id "
                     "AND e.fact_id = f.fact_id "
                     "WHERE f.tenant = ? AND f.customer_id = ? AND f.changed_version > ?");
  if (version != 0) statement->bind(3, version);
  if (!statement->executeStep()) return absl::OkStatus();
  // A column is of whatever row the statement stands at.
  const SQLite::Column id = statement->getColumn(0);
  const SQLite::Column bytes = statement->getColumn(1);
  const SQLite::Column place = statement->getColumn(2);
  IndexEntry entry;
  do {
    const absl::string_view fact_id(id.getText(), static_cast<size_t>(id.getBytes()));
    if (!DecodeEntry(BytesOf(bytes), &entry)) {
      ASSIGN_OR_RETURN(const std::vector<FactRow> rows,
                       FactsById({std::string(fact_id)}, Statements::kWithout));
      if (rows.empty()) continue;
      entry = analyser_.Analyse(rows[0]);
    }
    entry.place = place.getInt64();
    visitor.Visit(fact_id, entry);
  } while (statement->executeStep());
  return absl::OkStatus();
}

absl::Status SqliteTransaction::PutFact(const FactRow& row) {
  storage::SqliteStatement statement = Prepare(
      "INSERT INTO facts "
      "(tenant, customer_id, fact_id, fact_key, changed_version, body, statements) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (tenant, customer_id, fact_id) DO UPDATE SET fact_key = excluded.fact_key, "
      "changed_version = excluded.changed_version, body = excluded.body, "
      "statements = excluded.statements");
  BindText(statement, 3, row.fact.id);
  BindText(statement, 4, row.key);
  statement->bind(5, next_version_);
  BindMessage(statement, 6, Encode(row));
  BindMessage(statement, 7, EncodeStatements(row.statements));
  // RETURNING would tell by way of a table of its own for each statement.
  sqlite3* const handle = connection_.database().getHandle();
  sqlite3_set_last_insert_rowid(handle, 0);
  statement->exec();
  int64_t place = sqlite3_last_insert_rowid(handle);
  if (place == 0) {
    ASSIGN_OR_RETURN(place, PlaceOf(row.fact.id));
  }
  erased_.erase(row.fact.id);
  PendingEntry pending{.id = row.fact.id, .entry = analyser_.Analyse(row)};
  pending.entry.place = place;
  Pack(std::move(pending), next_version_);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SqliteTransaction::PlaceOf(absl::string_view id) {
  storage::SqliteStatement statement =
      Prepare("SELECT place FROM facts WHERE tenant = ? AND customer_id = ? AND fact_id = ?");
  BindText(statement, 3, id);
  if (!statement->executeStep()) return absl::InternalError("a fact was written to no place");
  return statement->getColumn(0).getInt64();
}

absl::Status SqliteTransaction::EraseFact(absl::string_view id) {
  for (const char* sql :
       {"DELETE FROM facts WHERE tenant = ? AND customer_id = ? AND fact_id = ?",
        "DELETE FROM fact_entries WHERE tenant = ? AND customer_id = ? AND fact_id = ?"}) {
    storage::SqliteStatement statement = Prepare(sql);
    BindText(statement, 3, id);
    statement->exec();
  }
  erased_.emplace(id);
  return absl::OkStatus();
}

absl::Status SqliteTransaction::PutContribution(const Contribution& contribution) {
  storage::SqliteStatement statement = Prepare(
      "INSERT OR REPLACE INTO contributions "
      "(tenant, customer_id, contribution_id, occurred_at, body) VALUES (?, ?, ?, ?, ?)");
  BindText(statement, 3, contribution.id);
  statement->bind(4, absl::ToUnixMicros(contribution.at));
  BindMessage(statement, 5, Encode(contribution));
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::EraseContribution(absl::string_view id) {
  storage::SqliteStatement statement = Prepare(
      "DELETE FROM contributions WHERE tenant = ? AND customer_id = ? AND contribution_id = ?");
  BindText(statement, 3, id);
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::PutProfile(const ProfileRecord& record) {
  storage::SqliteStatement statement = Prepare(
      "INSERT OR REPLACE INTO profiles (tenant, customer_id, version, body) VALUES (?, ?, ?, ?)");
  statement->bind(3, record.profile.version);
  BindMessage(statement, 4, Encode(record));
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::EraseProfile(int64_t version) {
  storage::SqliteStatement statement =
      Prepare("DELETE FROM profiles WHERE tenant = ? AND customer_id = ? AND version = ?");
  statement->bind(3, version);
  statement->exec();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Reply>> SqliteTransaction::FindReply(
    absl::string_view idempotency_key) {
  storage::SqliteStatement statement = Prepare(
      "SELECT body FROM replies WHERE tenant = ? AND customer_id = ? AND idempotency_key = ?");
  BindText(statement, 3, idempotency_key);
  if (!statement->executeStep()) return std::optional<Reply>();
  ASSIGN_OR_RETURN(Reply reply, ReadBody<pb::StoredReply>(statement));
  return std::make_optional(std::move(reply));
}

absl::Status SqliteTransaction::PutReply(absl::string_view idempotency_key, const Reply& reply) {
  storage::SqliteStatement statement = Prepare(
      "INSERT OR REPLACE INTO replies (tenant, customer_id, idempotency_key, body, given_at) "
      "VALUES (?, ?, ?, ?, ?)");
  BindText(statement, 3, idempotency_key);
  BindMessage(statement, 4, Encode(reply));
  statement->bind(5, absl::ToUnixMicros(reply.given_at));
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::EraseReplies(absl::Time before) {
  storage::SqliteStatement statement =
      Prepare("DELETE FROM replies WHERE tenant = ? AND customer_id = ? AND given_at < ?");
  statement->bind(3, absl::ToUnixMicros(before));
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::PutState(const CustomerState& state) {
  storage::SqliteStatement statement =
      Prepare("INSERT OR REPLACE INTO states (tenant, customer_id, body) VALUES (?, ?, ?)");
  BindMessage(statement, 3, Encode(state));
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::AddToDealPast(const deal::DealState& past) {
  storage::SqliteStatement statement =
      Prepare("INSERT INTO deal_past (tenant, customer_id, version, body) VALUES (?, ?, ?, ?)");
  statement->bind(3, next_version_);
  BindMessage(statement, 4, wire::ToProto(past));
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::EraseDealPast() {
  Prepare("DELETE FROM deal_past WHERE tenant = ? AND customer_id = ?")->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::PutHead(const CustomerHead& head) {
  changed_ = true;
  storage::SqliteStatement statement = Prepare(
      "INSERT OR REPLACE INTO customers "
      "(tenant, customer_id, version, erased_version, current_facts, updated_at, head, packed) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, 1)");
  statement->bind(3, next_version_);
  statement->bind(4, head.erased_version);
  statement->bind(5, head.current_facts);
  statement->bind(6, absl::ToUnixMicros(head.updated_at));
  BindMessage(statement, 7, Encode(head));
  statement->exec();
  return absl::OkStatus();
}

absl::Status SqliteTransaction::EraseCustomer() {
  changed_ = false;
  pending_.clear();
  for (const char* sql : {"DELETE FROM facts WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM fact_entries WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM entry_packs WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM contributions WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM profiles WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM replies WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM deal_past WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM states WHERE tenant = ? AND customer_id = ?",
                          "DELETE FROM customers WHERE tenant = ? AND customer_id = ?"}) {
    Prepare(sql)->exec();
  }
  storage::SqliteStatement erased = connection_.Prepare(
      "INSERT OR REPLACE INTO erasures (tenant, customer_digest, version) VALUES (?, ?, ?)");
  erased->bind(1, key_.tenant);
  erased->bind(2, Digest());
  erased->bind(3, next_version_);
  erased->exec();
  return absl::OkStatus();
}

}  // namespace throughline::memory::store
