#include "services/memory/store/postgres_transaction.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/digest/sha256.h"
#include "common/wire/deal.h"
#include "services/memory/store/codec.h"
#include "services/memory/store/entry_packs.h"
#include "services/memory/store/postgres_rows.h"

namespace throughline::memory::store {

using storage::PostgresRows;
using Value = storage::PostgresValue;

namespace {

// A page holds one pack and no more: so many bytes, and what the last entry runs over.
constexpr size_t kMaxPackBytes = 7400;

Value Body(const google::protobuf::MessageLite& message) {
  return Value::Bytes(message.SerializeAsString());
}

}  // namespace

int64_t PostgresTransaction::LockOf(const CustomerKey& key) {
  constexpr size_t kDigits = 16;
  uint64_t lock = 0;
  const std::string digest = Sha256Hex({"memory", key.tenant, key.customer_id});
  return absl::SimpleHexAtoi(digest.substr(0, kDigits), &lock) ? static_cast<int64_t>(lock) : 0;
}

absl::StatusOr<PostgresRows> PostgresTransaction::Execute(const std::string& sql,
                                                          std::vector<Value> more) {
  more.insert(more.begin(), {Value::Text(key_.tenant), Value::Text(key_.customer_id)});
  return connection_.Execute(sql, more);
}

std::string PostgresTransaction::Digest() const {
  return Sha256Hex({key_.tenant, key_.customer_id});
}

absl::Status PostgresTransaction::BeginWrite() {
  ASSIGN_OR_RETURN(const CustomerHead head, Head());
  next_version_ = head.version + 1;
  if (head.version != 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const PostgresRows erased,
      connection_.Execute(
          "SELECT version FROM memory.erasures WHERE tenant = $1 AND customer_digest = $2",
          {Value::Text(key_.tenant), Value::Text(Digest())}));
  if (erased.empty()) return absl::OkStatus();
  next_version_ = erased.Integer(0, 0) + 1;
  packed_ = false;  // whoever erased the customer may not have known of packs
  return absl::OkStatus();
}

absl::StatusOr<CustomerHead> PostgresTransaction::Head() {
  if (head_.has_value()) return *head_;
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT head, version, erased_version, packed_version = version "
                           "FROM memory.customers WHERE tenant = $1 AND customer_id = $2"));
  ASSIGN_OR_RETURN(const std::optional<CustomerHead> found, ReadFirst<pb::StoredHead>(rows));
  head_ = found.value_or(CustomerHead{});
  if (found.has_value()) {
    head_->version = rows.Integer(0, 1);
    head_->erased_version = rows.Integer(0, 2);
    packed_ = rows.Boolean(0, 3);
  }
  return *head_;
}

absl::StatusOr<CustomerState> PostgresTransaction::State() {
  ASSIGN_OR_RETURN(
      const PostgresRows rows,
      Execute("SELECT body FROM memory.states WHERE tenant = $1 AND customer_id = $2"));
  ASSIGN_OR_RETURN(std::optional<CustomerState> state, ReadFirst<pb::StoredState>(rows));
  return std::move(state).value_or(CustomerState{});
}

absl::StatusOr<std::vector<deal::DealState>> PostgresTransaction::DealPast() {
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT body FROM memory.deal_past "
                           "WHERE tenant = $1 AND customer_id = $2 ORDER BY version"));
  std::vector<deal::DealState> past;
  for (int row = 0; row < rows.size(); ++row) {
    throughline::deal::v1::DealState part;
    RETURN_IF_ERROR(Parse(rows.Text(row, 0), &part));
    past.push_back(wire::FromProto(part));
  }
  return past;
}

absl::StatusOr<std::vector<FactRow>> PostgresTransaction::FactsChangedSince(int64_t version,
                                                                            Statements statements) {
  RETURN_IF_ERROR(Flush());
  std::string sql =
      absl::StrCat("SELECT body", statements == Statements::kWith ? ", statements" : "",
                   " FROM memory.facts WHERE tenant = $1 AND customer_id = $2");
  std::vector<Value> more;
  if (version != 0) {
    absl::StrAppend(&sql, " AND changed_version > $3");
    more.push_back(Value::Integer(version));
  }
  ASSIGN_OR_RETURN(const PostgresRows rows, Execute(sql, std::move(more)));
  return ReadFacts(rows, statements);
}

absl::Status PostgresTransaction::VisitEntries(int64_t version, EntryVisitor& visitor) {
  RETURN_IF_ERROR(Flush());
  std::string sql =
      "SELECT fact_id, entry, ctid FROM memory.facts WHERE tenant = $1 AND customer_id = $2";
  std::vector<Value> more;
  if (version != 0) {
    absl::StrAppend(&sql, " AND changed_version > $3");
    more.push_back(Value::Integer(version));
  }
  ASSIGN_OR_RETURN(const PostgresRows rows, Execute(sql, std::move(more)));
  IndexEntry entry;
  std::vector<std::string> unread;  // of another format
  for (int row = 0; row < rows.size(); ++row) {
    if (DecodeEntry(rows.Text(row, 1), &entry)) {
      entry.place = rows.Place(row, 2);
      visitor.Visit(rows.Text(row, 0), entry);
    } else {
      unread.emplace_back(rows.Text(row, 0));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<FactRow> facts, FactsById(unread, Statements::kWithout));
  for (const FactRow& fact : facts) visitor.Visit(fact.fact.id, analyser_.Analyse(fact));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FactRow>> PostgresTransaction::FactsById(
    absl::Span<const std::string> ids, Statements statements) {
  RETURN_IF_ERROR(Flush());
  if (ids.empty()) return std::vector<FactRow>();
  ASSIGN_OR_RETURN(
      const PostgresRows rows,
      Execute(absl::StrCat("SELECT body", statements == Statements::kWith ? ", statements" : "",
                           " FROM memory.facts "
                           "WHERE tenant = $1 AND customer_id = $2 AND fact_id = ANY($3)"),
              {Value::Texts(ids)}));
  return ReadFacts(rows, statements);
}

absl::StatusOr<std::vector<FactRow>> PostgresTransaction::FactsWithKeys(
    absl::Span<const std::string> keys) {
  RETURN_IF_ERROR(Flush());
  if (keys.empty()) return std::vector<FactRow>();
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT body, statements FROM memory.facts WHERE tenant = $1 AND "
                           "customer_id = $2 AND fact_key = ANY($3) AND fact_key <> ''",
                           {Value::Texts(keys)}));
  return ReadFacts(rows, Statements::kWith);
}

absl::StatusOr<std::optional<Contribution>> PostgresTransaction::ContributionById(
    absl::string_view id) {
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT body FROM memory.contributions "
                           "WHERE tenant = $1 AND customer_id = $2 AND contribution_id = $3",
                           {Value::Text(id)}));
  return ReadFirst<pb::StoredContribution>(rows);
}

absl::StatusOr<std::vector<Contribution>> PostgresTransaction::Contributions() {
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT body FROM memory.contributions WHERE tenant = $1 AND "
                           "customer_id = $2 ORDER BY occurred_at, contribution_id"));
  return ReadAll<pb::StoredContribution>(rows);
}

absl::StatusOr<std::optional<ProfileRecord>> PostgresTransaction::Profile(int64_t version) {
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT body FROM memory.profiles "
                           "WHERE tenant = $1 AND customer_id = $2 AND version = $3",
                           {Value::Integer(version)}));
  return ReadFirst<pb::StoredProfile>(rows);
}

absl::StatusOr<std::vector<ProfileRecord>> PostgresTransaction::Profiles(int64_t before,
                                                                         int limit) {
  ASSIGN_OR_RETURN(
      const PostgresRows rows,
      Execute("SELECT body FROM memory.profiles WHERE tenant = $1 AND customer_id = $2 AND "
              "version < $3 ORDER BY version DESC LIMIT $4",
              {Value::Integer(before == 0 ? INT64_MAX : before), Value::Integer(limit)}));
  return ReadAll<pb::StoredProfile>(rows);
}

absl::Status PostgresTransaction::PutFact(const FactRow& row) {
  const auto [it, fresh] = pending_.position_of.emplace(row.fact.id, pending_.ids.size());
  const size_t position = it->second;
  if (fresh) {
    pending_.ids.push_back(row.fact.id);
    pending_.keys.emplace_back();
    pending_.bodies.emplace_back();
    pending_.statements.emplace_back();
    pending_.entries.emplace_back();
  }
  pending_.keys[position] = row.key;
  pending_.bodies[position] = Encode(row).SerializeAsString();
  pending_.statements[position] = EncodeStatements(row.statements).SerializeAsString();
  pending_.entries[position] = analyser_.Analyse(row);
  pending_.bytes += pending_.bodies[position].size() + pending_.statements[position].size();
  const bool full = pending_.ids.size() >= kMaxPendingFacts || pending_.bytes >= kMaxPendingBytes;
  return full ? Flush() : absl::OkStatus();
}

absl::Status PostgresTransaction::Flush() {
  if (pending_.ids.empty()) return absl::OkStatus();
  PendingFacts sent = std::exchange(pending_, {});
  std::vector<PendingEntry> entries;
  entries.reserve(sent.ids.size());
  for (size_t i = 0; i < sent.ids.size(); ++i) {
    entries.push_back({std::move(sent.ids[i]), std::move(sent.entries[i])});
  }
  SortForPacks(&entries);
  std::vector<std::string> ids;
  std::vector<std::string> keys;
  std::vector<std::string> bodies;
  std::vector<std::string> statements;
  std::vector<std::string> encoded;
  for (const PendingEntry& pending : entries) {
    const size_t position = sent.position_of.at(pending.id);
    ids.push_back(pending.id);
    keys.push_back(std::move(sent.keys[position]));
    bodies.push_back(std::move(sent.bodies[position]));
    statements.push_back(std::move(sent.statements[position]));
    encoded.push_back(EncodeEntry(pending.entry));
  }
  std::vector<std::string> packs;
  std::vector<int64_t> first_rows;  // of the packs, from 1
  int64_t next_row = 1;
  for (OpenPack& pack : OpenPacks(entries, kMaxPackBytes)) {
    packs.push_back(std::move(pack.bytes));
    first_rows.push_back(std::exchange(next_row, next_row + static_cast<int64_t>(pack.rows)));
  }
  const int64_t parts_before = std::exchange(parts_, parts_ + static_cast<int64_t>(packs.size()));
  // Only the server knows the places, which it appends. Rows come out in the order they went in;
  // were it otherwise, a recall would find other facts there and read the customer anew.
  return Execute(
             "WITH kept AS (INSERT INTO memory.facts "
             "(tenant, customer_id, changed_version, fact_id, fact_key, body, statements, "
             "entry) SELECT $1, $2, $3, rows.* FROM unnest($5, $6, $7, $8, $9) AS rows "
             "ON CONFLICT (tenant, customer_id, fact_id) DO UPDATE SET "
             "fact_key = excluded.fact_key, changed_version = excluded.changed_version, "
             "body = excluded.body, statements = excluded.statements, "
             "entry = excluded.entry RETURNING ctid), "
             "numbered AS (SELECT ctid, row_number() OVER () AS number FROM kept), "
             "places AS (SELECT width_bucket(number, $11) AS pack, "
             "string_agg(tidsend(ctid), ''::bytea ORDER BY number) AS bytes "
             "FROM numbered GROUP BY 1) "
             "INSERT INTO memory.entry_packs (tenant, customer_id, version, part, entries) "
             "SELECT $1, $2, $3, $4 + pack, ($10)[pack] || bytes FROM places",
             {Value::Integer(next_version_), Value::Integer(parts_before), Value::Texts(ids),
              Value::Texts(keys), Value::ByteStrings(bodies), Value::ByteStrings(statements),
              Value::ByteStrings(encoded), Value::ByteStrings(packs), Value::Integers(first_rows)})
      .status();
}

absl::Status PostgresTransaction::Finish() {
  RETURN_IF_ERROR(Flush());
  const bool repack = changed_ && (!packed_ || next_version_ % kRepackEvery == 0);
  return repack ? Repack() : absl::OkStatus();
}

absl::StatusOr<std::vector<PendingEntry>> PostgresTransaction::EntriesAfter(
    const std::string& after, int64_t limit) {
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT fact_id, entry, ctid FROM memory.facts WHERE tenant = $1 AND "
                           "customer_id = $2 AND fact_id > $3 ORDER BY fact_id LIMIT $4",
                           {Value::Text(after), Value::Integer(limit)}));
  std::vector<PendingEntry> entries(static_cast<size_t>(rows.size()));
  std::vector<std::string> unread;  // of another format
  absl::flat_hash_map<std::string, size_t> row_of;
  for (int row = 0; row < rows.size(); ++row) {
    PendingEntry& pending = entries[static_cast<size_t>(row)];
    pending.id = std::string(rows.Text(row, 0));
    if (!DecodeEntry(rows.Text(row, 1), &pending.entry)) {
      unread.push_back(pending.id);
      row_of[pending.id] = static_cast<size_t>(row);
    }
    pending.entry.place = rows.Place(row, 2);
  }
  ASSIGN_OR_RETURN(const std::vector<FactRow> facts, FactsById(unread, Statements::kWithout));
  for (const FactRow& fact : facts) {
    IndexEntry& entry = entries[row_of.at(fact.fact.id)].entry;
    const int64_t place = entry.place;
    entry = analyser_.Analyse(fact);
    entry.place = place;
  }
  return entries;
}

absl::Status PostgresTransaction::Repack() {
  RETURN_IF_ERROR(
      Execute("DELETE FROM memory.entry_packs WHERE tenant = $1 AND customer_id = $2").status());
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(std::vector<PendingEntry> entries, EntriesAfter(after, kRepackedAtOnce));
    if (entries.empty()) return absl::OkStatus();
    after = entries.back().id;
    SortForPacks(&entries);
    const std::vector<std::string> packs = MakePacks(entries, kMaxPackBytes);
    const int64_t parts_before = std::exchange(parts_, parts_ + static_cast<int64_t>(packs.size()));
    RETURN_IF_ERROR(
        Execute("INSERT INTO memory.entry_packs (tenant, customer_id, version, part, entries) "
                "SELECT $1, $2, $3, $4 + number, bytes "
                "FROM unnest($5) WITH ORDINALITY AS packs (bytes, number)",
                {Value::Integer(next_version_), Value::Integer(parts_before),
                 Value::ByteStrings(packs)})
            .status());
  }
}

absl::Status PostgresTransaction::EraseFact(absl::string_view id) {
  RETURN_IF_ERROR(Flush());
  packed_ = false;
  return Execute("DELETE FROM memory.facts WHERE tenant = $1 AND customer_id = $2 AND fact_id = $3",
                 {Value::Text(id)})
      .status();
}

absl::Status PostgresTransaction::PutContribution(const Contribution& contribution) {
  return Execute(
             "INSERT INTO memory.contributions "
             "(tenant, customer_id, contribution_id, occurred_at, body) VALUES ($1, $2, $3, $4, "
             "$5) "
             "ON CONFLICT (tenant, customer_id, contribution_id) DO UPDATE SET "
             "occurred_at = excluded.occurred_at, body = excluded.body",
             {Value::Text(contribution.id), Value::Integer(absl::ToUnixMicros(contribution.at)),
              Body(Encode(contribution))})
      .status();
}

absl::Status PostgresTransaction::EraseContribution(absl::string_view id) {
  return Execute(
             "DELETE FROM memory.contributions "
             "WHERE tenant = $1 AND customer_id = $2 AND contribution_id = $3",
             {Value::Text(id)})
      .status();
}

absl::Status PostgresTransaction::PutProfile(const ProfileRecord& record) {
  return Execute(
             "INSERT INTO memory.profiles (tenant, customer_id, version, body) "
             "VALUES ($1, $2, $3, $4) "
             "ON CONFLICT (tenant, customer_id, version) DO UPDATE SET body = excluded.body",
             {Value::Integer(record.profile.version), Body(Encode(record))})
      .status();
}

absl::Status PostgresTransaction::EraseProfile(int64_t version) {
  return Execute(
             "DELETE FROM memory.profiles WHERE tenant = $1 AND customer_id = $2 AND version = $3",
             {Value::Integer(version)})
      .status();
}

absl::StatusOr<std::optional<Reply>> PostgresTransaction::FindReply(
    absl::string_view idempotency_key) {
  ASSIGN_OR_RETURN(const PostgresRows rows,
                   Execute("SELECT body FROM memory.replies "
                           "WHERE tenant = $1 AND customer_id = $2 AND idempotency_key = $3",
                           {Value::Text(idempotency_key)}));
  return ReadFirst<pb::StoredReply>(rows);
}

absl::Status PostgresTransaction::PutReply(absl::string_view idempotency_key, const Reply& reply) {
  return Execute(
             "INSERT INTO memory.replies (tenant, customer_id, idempotency_key, body, given_at) "
             "VALUES ($1, $2, $3, $4, $5) "
             "ON CONFLICT (tenant, customer_id, idempotency_key) DO UPDATE SET body = "
             "excluded.body, given_at = excluded.given_at",
             {Value::Text(idempotency_key), Body(Encode(reply)),
              Value::Integer(absl::ToUnixMicros(reply.given_at))})
      .status();
}

absl::Status PostgresTransaction::EraseReplies(absl::Time before) {
  return Execute(
             "DELETE FROM memory.replies WHERE tenant = $1 AND customer_id = $2 AND given_at < $3",
             {Value::Integer(absl::ToUnixMicros(before))})
      .status();
}

absl::Status PostgresTransaction::PutState(const CustomerState& state) {
  return Execute(
             "INSERT INTO memory.states (tenant, customer_id, body) VALUES ($1, $2, $3) "
             "ON CONFLICT (tenant, customer_id) DO UPDATE SET body = excluded.body",
             {Body(Encode(state))})
      .status();
}

absl::Status PostgresTransaction::AddToDealPast(const deal::DealState& past) {
  return Execute(
             "INSERT INTO memory.deal_past (tenant, customer_id, version, body) "
             "VALUES ($1, $2, $3, $4)",
             {Value::Integer(next_version_), Body(wire::ToProto(past))})
      .status();
}

absl::Status PostgresTransaction::EraseDealPast() {
  return Execute("DELETE FROM memory.deal_past WHERE tenant = $1 AND customer_id = $2").status();
}

absl::Status PostgresTransaction::PutHead(const CustomerHead& head) {
  head_ = head;
  head_->version = next_version_;
  changed_ = true;
  return Execute(
             "INSERT INTO memory.customers "
             "(tenant, customer_id, version, erased_version, current_facts, updated_at, head, "
             "packed_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $3) "
             "ON CONFLICT (tenant, customer_id) DO UPDATE SET version = excluded.version, "
             "erased_version = excluded.erased_version, current_facts = excluded.current_facts, "
             "updated_at = excluded.updated_at, head = excluded.head, "
             "packed_version = excluded.packed_version",
             {Value::Integer(next_version_), Value::Integer(head.erased_version),
              Value::Integer(head.current_facts),
              Value::Integer(absl::ToUnixMicros(head.updated_at)), Body(Encode(head))})
      .status();
}

absl::Status PostgresTransaction::EraseCustomer() {
  pending_ = {};
  head_ = CustomerHead{};
  changed_ = false;
  for (const char* table : {"facts", "entry_packs", "contributions", "profiles", "replies",
                            "deal_past", "states", "customers"}) {
    RETURN_IF_ERROR(Execute(absl::StrCat("DELETE FROM memory.", table,
                                         " WHERE tenant = $1 AND customer_id = $2"))
                        .status());
  }
  return connection_
      .Execute(
          "INSERT INTO memory.erasures (tenant, customer_digest, version) VALUES ($1, $2, $3) "
          "ON CONFLICT (tenant, customer_digest) DO UPDATE SET version = excluded.version",
          {Value::Text(key_.tenant), Value::Text(Digest()), Value::Integer(next_version_)})
      .status();
}

}  // namespace throughline::memory::store
