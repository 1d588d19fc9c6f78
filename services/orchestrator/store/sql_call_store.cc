#include "services/orchestrator/store/sql_call_store.h"

#include <limits>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "services/orchestrator/call_codec.h"
#include "services/orchestrator/store/progress_codec.h"
#include "services/orchestrator/store/sql_delivery_store.h"
#include "services/orchestrator/store/turns.h"
#include "throughline/deal/v1/deal.pb.h"
#include "throughline/orchestrator/v1/orchestrator_service.pb.h"

namespace throughline::orchestrator {
namespace {

using sql::SqlBytes;
using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;
using sql::SqlValue;

// What `progress.part` says.
constexpr int kAnalysisPart = 1;
constexpr int kFactsPart = 2;
constexpr int kEmailPart = 3;
constexpr int kRecalledPart = 4;

absl::Status Damaged(const CallKey& key) {
  return absl::DataLossError(
      absl::StrCat("the record of call \"", key.call_id, "\" cannot be read"));
}

template <typename Message>
SqlBytes Encoded(const Message& message) {
  return {message.SerializeAsString()};
}

// From the row of Find's query.
absl::StatusOr<StoredCall> ReadStored(const CallKey& key, SqlColumns row) {
  StoredCall stored{.state = row.As<CallState>(), .content_digest = row.Text()};
  AcceptedCall& call = stored.computed.call;
  call.key = key;
  call.content_digest = stored.content_digest;
  call.occurred_at = absl::FromUnixMicros(row.Integer());
  call.customer_name = row.Text();
  call.seller_name = row.Text();
  deal::v1::Transcript transcript;
  v1::CallResult result;
  deal::v1::CallFacts facts;
  if (!transcript.ParseFromString(row.Text()) || !result.ParseFromString(row.Text()) ||
      !facts.ParseFromString(row.Text())) {
    return Damaged(key);
  }
  call.transcript = wire::FromProto(transcript);
  stored.computed.result = FromProto(result);
  stored.computed.learned = {.facts = wire::CollectAll(facts.facts()),
                             .profile_changes = wire::FromProto(facts.profile_changes()),
                             .summary = row.Text()};
  return stored;
}

absl::Status PutProgress(SqlSession& session, const AcceptedCall& call, int part,
                         const std::string& bytes) {
  const CallKey& key = call.key;
  return session.Execute(
      "INSERT INTO {progress} (tenant, customer_id, call_id, part, content_digest, answer) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, customer_id, call_id, part) "
      "DO UPDATE SET content_digest = excluded.content_digest, answer = excluded.answer",
      {key.tenant, key.customer_id, key.call_id, part, call.content_digest, SqlBytes{bytes}});
}

absl::Status ForgetProgress(SqlSession& session, const CallKey& key) {
  return session.Execute(
      "DELETE FROM {progress} WHERE tenant = $1 AND customer_id = $2 AND call_id = $3",
      {key.tenant, key.customer_id, key.call_id});
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

absl::StatusOr<std::optional<StoredCall>> SqlCallStore::Find(const Context& context,
                                                             const CallKey& key) {
  std::optional<StoredCall> found;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query(
            "SELECT state, content_digest, occurred_at_us, customer_name, seller_name, transcript, "
            "result, facts, summary FROM {calls} "
            "WHERE tenant = $1 AND customer_id = $2 AND call_id = $3",
            {key.tenant, key.customer_id, key.call_id}, "ititttttt"));
    if (rows.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(found, ReadStored(key, SqlColumns(rows[0])));
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<Progress> SqlCallStore::FindProgress(const Context& context,
                                                    const AcceptedCall& call) {
  Progress progress;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    const CallKey& key = call.key;
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query("SELECT part, answer FROM {progress} WHERE tenant = $1 AND customer_id = $2 "
                      "AND call_id = $3 AND content_digest = $4",
                      {key.tenant, key.customer_id, key.call_id, call.content_digest}, "it"));
    for (const SqlRow& row : rows) {
      SqlColumns columns(row);
      const int64_t part = columns.Integer();
      const std::string answer = columns.Text();
      if (part == kAnalysisPart) progress.analysis = DecodeAnalysis(answer);
      if (part == kFactsPart) progress.facts = DecodeFacts(answer);
      if (part == kEmailPart) progress.email = DecodeEmail(answer);
      if (part == kRecalledPart) progress.recalled = DecodeRecollection(answer);
    }
    return absl::OkStatus();
  }));
  return progress;
}

absl::Status SqlCallStore::SaveProgress(const Context& context, const AcceptedCall& call,
                                        const Progress& progress) {
  const CallKey& key = call.key;
  std::vector<std::pair<int, std::string>> parts;
  if (progress.recalled) parts.emplace_back(kRecalledPart, Encode(*progress.recalled));
  if (progress.analysis) parts.emplace_back(kAnalysisPart, Encode(*progress.analysis));
  if (progress.facts) parts.emplace_back(kFactsPart, Encode(*progress.facts));
  if (progress.email) parts.emplace_back(kEmailPart, Encode(*progress.email));
  return database_.Write(context, [&](SqlSession& session) -> absl::Status {
    RETURN_IF_ERROR(CheckTurn(session, key, owner_));
    for (const auto& [part, answer] : parts) {
      RETURN_IF_ERROR(PutProgress(session, call, part, answer));
    }
    return absl::OkStatus();
  });
}

absl::Status SqlCallStore::SaveComputed(const Context& context, const ComputedCall& computed,
                                        const Recollection& recalled) {
  const AcceptedCall& call = computed.call;
  const SqlBytes transcript = Encoded(wire::ToProto(call.transcript));
  const SqlBytes result = Encoded(ToProto(computed.result));
  deal::v1::CallFacts learned;
  wire::AppendAll(computed.learned.facts, learned.mutable_facts());
  *learned.mutable_profile_changes() = wire::ToProto(computed.learned.profile_changes);
  const SqlBytes facts = Encoded(learned);
  const std::string background = Encode(recalled);
  const auto save = [&](SqlSession& session) -> absl::Status {
    RETURN_IF_ERROR(CheckTurn(session, call.key, owner_));
    RETURN_IF_ERROR(PutProgress(session, call, kRecalledPart, background));
    return session.Execute(
        "INSERT INTO {calls} (tenant, customer_id, call_id, state, content_digest, "
        "occurred_at_us, customer_name, seller_name, transcript, result, facts, summary) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        {call.key.tenant, call.key.customer_id, call.key.call_id, CallState::kComputed,
         call.content_digest, absl::ToUnixMicros(call.occurred_at), call.customer_name,
         call.seller_name, transcript, result, facts, computed.learned.summary});
  };
  // What cost nothing is sooner computed again, after a power cut, than waited for twice.
  const bool is_paid = computed.result.cost.nano_usd > 0 || computed.result.cost.unpriced;
  return is_paid ? database_.Write(context, save) : database_.WriteSoon(context, save);
}

absl::Status SqlCallStore::Sync() { return database_.Sync(); }

absl::Status SqlCallStore::SaveFinished(const Context& context, const ComputedCall& call,
                                        const CallResult& result) {
  const CallKey& key = call.call.key;
  const SqlBytes bytes = Encoded(ToProto(result));
  const absl::Time now = context.clock().Now();
  const std::vector<Delivery> deliveries =
      announce_ ? announce_(call, result, now) : std::vector<Delivery>();
  return database_.WriteSoon(context, [&](SqlSession& session) -> absl::Status {
    RETURN_IF_ERROR(CheckTurn(session, key, owner_));
    RETURN_IF_ERROR(
        session.Execute("UPDATE {calls} SET state = $1, result = $2, facts = NULL, summary = NULL "
                        "WHERE tenant = $3 AND customer_id = $4 AND call_id = $5",
                        {CallState::kSaved, bytes, key.tenant, key.customer_id, key.call_id}));
    RETURN_IF_ERROR(ForgetProgress(session, key));
    for (const Delivery& delivery : deliveries) {
      RETURN_IF_ERROR(AddDelivery(session, delivery, now));
    }
    RETURN_IF_ERROR(EndJob(session, key, JobState::kSucceeded, "", now));
    return FreeTurn(session, key, now);
  });
}

absl::Status SqlCallStore::Abandon(const Context& context, const CallKey& key) {
  return database_.Write(context, [&](SqlSession& session) -> absl::Status {
    RETURN_IF_ERROR(CheckTurn(session, key, owner_));
    RETURN_IF_ERROR(ForgetProgress(session, key));
    return session.Execute(
        "DELETE FROM {calls} WHERE tenant = $1 AND customer_id = $2 AND call_id = $3 AND "
        "state <> $4",
        {key.tenant, key.customer_id, key.call_id, CallState::kSaved});
  });
}

absl::StatusOr<CallPage> SqlCallStore::ListSaved(const Context& context,
                                                 const std::string& customer_id, int page_size,
                                                 absl::string_view page_token) {
  ASSIGN_OR_RETURN(const Position behind, ReadToken(page_token));
  CallPage page;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query("SELECT occurred_at_us, sequence, call_id, result FROM {calls} WHERE tenant "
                      "= $1 AND customer_id = $2 AND state = $3 AND (occurred_at_us, sequence) > "
                      "($4, $5) ORDER BY occurred_at_us, sequence LIMIT $6",
                      {context.tenant(), customer_id, CallState::kSaved, behind.occurred_at_us,
                       behind.sequence, page_size + 1},
                      "iitt"));
    Position last = behind;
    for (const SqlRow& row : rows) {
      if (static_cast<int>(page.calls.size()) == page_size) {
        page.next_page_token = absl::StrCat(last.occurred_at_us, ".", last.sequence);
        break;
      }
      SqlColumns columns(row);
      last = {.occurred_at_us = columns.Integer(), .sequence = columns.Integer()};
      const std::string call_id = columns.Text();
      v1::CallResult result;
      if (!result.ParseFromString(columns.Text())) return Damaged({.call_id = call_id});
      page.calls.push_back(FromProto(result));
    }
    return absl::OkStatus();
  }));
  return page;
}

}  // namespace throughline::orchestrator
