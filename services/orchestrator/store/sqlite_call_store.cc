#include "services/orchestrator/store/sqlite_call_store.h"

#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "services/orchestrator/call_codec.h"
#include "throughline/deal/v1/deal.pb.h"
#include "throughline/orchestrator/v1/orchestrator_service.pb.h"

namespace throughline::orchestrator {
namespace {

using storage::SqliteConnection;
using storage::SqliteStatement;

void BindKey(SqliteStatement& statement, const CallKey& key) {
  statement->bind(":tenant", key.tenant);
  statement->bind(":customer", key.customer_id);
  statement->bind(":call", key.call_id);
}

void BindBytes(SqliteStatement& statement, const char* name, const std::string& bytes) {
  statement->bind(name, bytes.data(), static_cast<int>(bytes.size()));
}

template <typename Message>
bool ReadBytes(const SQLite::Column& column, Message& message) {
  return column.getBlob() == nullptr ? column.getBytes() == 0
                                     : message.ParseFromArray(column.getBlob(), column.getBytes());
}

absl::Status Damaged(const CallKey& key) {
  return absl::DataLossError(
      absl::StrCat("the record of call \"", key.call_id, "\" cannot be read"));
}

// From the row of Find's query.
absl::StatusOr<ComputedCall> ReadComputed(const CallKey& key, SQLite::Statement& row) {
  deal::v1::Transcript transcript;
  v1::CallResult result;
  deal::v1::CallFacts facts;
  if (!ReadBytes(row.getColumn("transcript"), transcript) ||
      !ReadBytes(row.getColumn("result"), result) || !ReadBytes(row.getColumn("facts"), facts)) {
    return Damaged(key);
  }
  return ComputedCall{
      .call = {.key = key,
               .content_digest = row.getColumn("content_digest").getString(),
               .transcript = wire::FromProto(transcript),
               .occurred_at = absl::FromUnixMicros(row.getColumn("occurred_at_us").getInt64()),
               .customer_name = row.getColumn("customer_name").getString(),
               .seller_name = row.getColumn("seller_name").getString()},
      .result = FromProto(result),
      .learned = {.facts = wire::CollectAll(facts.facts()),
                  .profile_changes = wire::FromProto(facts.profile_changes()),
                  .summary = row.getColumn("summary").getString()}};
}

// Where a page begins: behind this call.
struct Position {
  int64_t occurred_at_us = std::numeric_limits<int64_t>::min();
  int64_t sequence = 0;
};

absl::StatusOr<Position> ReadToken(absl::string_view token) {
  Position position;
  if (token.empty()) return position;
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &position.occurred_at_us) &&
      absl::SimpleAtoi(parts[1], &position.sequence)) {
    return position;
  }
  return InvalidField("page_token", "the next_page_token of an earlier answer",
                      "send it unchanged, or none for the first page");
}

}  // namespace

absl::StatusOr<std::optional<StoredCall>> SqliteCallStore::Find(const Context& context,
                                                                const CallKey& key) {
  std::optional<StoredCall> found;
  RETURN_IF_ERROR(database_.Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement row = connection.Prepare(
        "SELECT state, content_digest, occurred_at_us, customer_name, seller_name, transcript, "
        "result, facts, summary FROM calls "
        "WHERE tenant = :tenant AND customer_id = :customer AND call_id = :call");
    BindKey(row, key);
    if (!row->executeStep()) return absl::OkStatus();
    found = StoredCall{.state = static_cast<CallState>(row->getColumn("state").getInt()),
                       .content_digest = row->getColumn("content_digest").getString()};
    if (found->state == CallState::kReceived) return absl::OkStatus();
    ASSIGN_OR_RETURN(found->computed, ReadComputed(key, *row));
    return absl::OkStatus();
  }));
  return found;
}

absl::Status SqliteCallStore::SaveReceived(const Context& context, const AcceptedCall& call) {
  return database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement insert = connection.Prepare(
        "INSERT OR REPLACE INTO calls (tenant, customer_id, call_id, state, content_digest, "
        "occurred_at_us, customer_name, seller_name) VALUES (:tenant, :customer, :call, :state, "
        ":digest, :at, :customer_name, :seller_name)");
    BindKey(insert, call.key);
    insert->bind(":state", static_cast<int>(CallState::kReceived));
    insert->bind(":digest", call.content_digest);
    insert->bind(":at", static_cast<int64_t>(absl::ToUnixMicros(call.occurred_at)));
    insert->bind(":customer_name", call.customer_name);
    insert->bind(":seller_name", call.seller_name);
    insert->exec();
    return absl::OkStatus();
  });
}

absl::Status SqliteCallStore::SaveComputed(const Context& context, const ComputedCall& call) {
  const std::string transcript = wire::ToProto(call.call.transcript).SerializeAsString();
  const std::string result = ToProto(call.result).SerializeAsString();
  deal::v1::CallFacts learned;
  wire::AppendAll(call.learned.facts, learned.mutable_facts());
  *learned.mutable_profile_changes() = wire::ToProto(call.learned.profile_changes);
  const std::string facts = learned.SerializeAsString();
  return database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement update = connection.Prepare(
        "UPDATE calls SET state = :state, transcript = :transcript, result = :result, "
        "facts = :facts, summary = :summary "
        "WHERE tenant = :tenant AND customer_id = :customer AND call_id = :call");
    BindKey(update, call.call.key);
    update->bind(":state", static_cast<int>(CallState::kComputed));
    BindBytes(update, ":transcript", transcript);
    BindBytes(update, ":result", result);
    BindBytes(update, ":facts", facts);
    update->bind(":summary", call.learned.summary);
    if (update->exec() == 1) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat("call \"", call.call.key.call_id, "\" is gone"));
  });
}

absl::Status SqliteCallStore::SaveFinished(const Context& context, const CallKey& key,
                                           const CallResult& result) {
  const std::string bytes = ToProto(result).SerializeAsString();
  return database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement update = connection.Prepare(
        "UPDATE calls SET state = :state, result = :result, facts = NULL, summary = NULL "
        "WHERE tenant = :tenant AND customer_id = :customer AND call_id = :call");
    BindKey(update, key);
    update->bind(":state", static_cast<int>(CallState::kSaved));
    BindBytes(update, ":result", bytes);
    if (update->exec() == 1) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat("call \"", key.call_id, "\" is gone"));
  });
}

absl::Status SqliteCallStore::Abandon(const Context& context, const CallKey& key) {
  return database_.Write(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement erase = connection.Prepare(
        "DELETE FROM calls WHERE tenant = :tenant AND customer_id = :customer AND "
        "call_id = :call AND state <> :saved");
    BindKey(erase, key);
    erase->bind(":saved", static_cast<int>(CallState::kSaved));
    erase->exec();
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<CallKey>> SqliteCallStore::ListUnsaved(const Context& context,
                                                                  const std::string& customer_id) {
  std::vector<CallKey> keys;
  RETURN_IF_ERROR(database_.Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement rows = connection.Prepare(
        "SELECT call_id FROM calls WHERE tenant = :tenant AND customer_id = :customer AND "
        "state = 2 ORDER BY sequence");
    rows->bind(":tenant", context.tenant());
    rows->bind(":customer", customer_id);
    while (rows->executeStep()) {
      keys.push_back({.tenant = context.tenant(),
                      .customer_id = customer_id,
                      .call_id = rows->getColumn(0).getString()});
    }
    return absl::OkStatus();
  }));
  return keys;
}

absl::StatusOr<std::vector<CustomerKey>> SqliteCallStore::ListUnsavedCustomers(
    const Context& context) {
  std::vector<CustomerKey> customers;
  RETURN_IF_ERROR(database_.Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement rows =
        connection.Prepare("SELECT DISTINCT tenant, customer_id FROM calls WHERE state = 2");
    while (rows->executeStep()) {
      customers.push_back({.tenant = rows->getColumn(0).getString(),
                           .customer_id = rows->getColumn(1).getString()});
    }
    return absl::OkStatus();
  }));
  return customers;
}

absl::StatusOr<CallPage> SqliteCallStore::ListSaved(const Context& context,
                                                    const std::string& customer_id, int page_size,
                                                    absl::string_view page_token) {
  ASSIGN_OR_RETURN(const Position behind, ReadToken(page_token));
  CallPage page;
  Position last = behind;
  RETURN_IF_ERROR(database_.Read(context, [&](SqliteConnection& connection) -> absl::Status {
    SqliteStatement rows = connection.Prepare(
        "SELECT occurred_at_us, sequence, call_id, result FROM calls WHERE tenant = :tenant AND "
        "customer_id = :customer AND state = :saved AND (occurred_at_us, sequence) > (:at, "
        ":sequence) ORDER BY occurred_at_us, sequence LIMIT :limit");
    rows->bind(":tenant", context.tenant());
    rows->bind(":customer", customer_id);
    rows->bind(":saved", static_cast<int>(CallState::kSaved));
    rows->bind(":at", behind.occurred_at_us);
    rows->bind(":sequence", behind.sequence);
    rows->bind(":limit", page_size + 1);
    while (rows->executeStep()) {
      if (static_cast<int>(page.calls.size()) == page_size) {
        page.next_page_token = absl::StrCat(last.occurred_at_us, ".", last.sequence);
        break;
      }
      last = {.occurred_at_us = rows->getColumn(0).getInt64(),
              .sequence = rows->getColumn(1).getInt64()};
      v1::CallResult result;
      if (!ReadBytes(rows->getColumn(3), result)) {
        return Damaged({.call_id = rows->getColumn(2).getString()});
      }
      page.calls.push_back(FromProto(result));
    }
    return absl::OkStatus();
  }));
  return page;
}

}  // namespace throughline::orchestrator
