#include "services/orchestrator/store/sql_delivery_store.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/orchestrator/store/page_token.h"

namespace throughline::orchestrator {
namespace {

using sql::SqlBytes;
using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;
using sql::SqlValue;

// What `deliveries.state` says. One that was made has no row.
constexpr int kWaiting = 1;
constexpr int kGivenUp = 2;
// No retry is further away. One that is was set before the clock was put back, and counts as due.
constexpr absl::Duration kMaxAhead = absl::Hours(2);

constexpr char kRecordColumns[] =
    "tenant, endpoint, event_id, event, customer_id, call_id, state, attempts, http_status, error, "
    "created_at_us, due_us, COALESCE(finished_at_us, 0), sequence";
constexpr char kRecordTypes[] = "ttttttiiitiiii";

DeliveryRecord ReadRecord(const SqlRow& row) {
  SqlColumns columns(row);
  DeliveryRecord record;
  record.delivery.tenant = columns.Text();
  record.delivery.subscription = columns.Text();
  record.delivery.event_id = columns.Text();
  record.delivery.event = columns.Text();
  record.delivery.customer_id = columns.Text();
  record.delivery.call_id = columns.Text();
  record.state = columns.As<DeliveryState>();
  record.delivery.attempts = static_cast<int>(columns.Integer());
  record.last.http_status = static_cast<int>(columns.Integer());
  record.last.error = columns.Text();
  record.created_at = absl::FromUnixMicros(columns.Integer());
  record.due_at = absl::FromUnixMicros(columns.Integer());
  const int64_t finished_at_us = columns.Integer();
  if (finished_at_us != 0) record.finished_at = absl::FromUnixMicros(finished_at_us);
  record.delivery.sequence = columns.Integer();
  return record;
}

}  // namespace

absl::Status AddDelivery(SqlSession& session, const Delivery& delivery, absl::Time now) {
  return session.Execute(
      "INSERT INTO {deliveries} (tenant, endpoint, event_id, event, customer_id, call_id, body, "
      "state, attempts, due_us, created_at_us, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, "
      "$9, $10, '')",
      {delivery.tenant, delivery.subscription, delivery.event_id, delivery.event,
       delivery.customer_id, delivery.call_id, SqlBytes{delivery.body}, DeliveryState::kWaiting,
       absl::ToUnixMicros(now), absl::ToUnixMicros(now)});
}

absl::StatusOr<std::optional<Delivery>> SqlDeliveryStore::Claim(const Context& context,
                                                                absl::Time retry_at) {
  const int64_t now = absl::ToUnixMicros(context.clock().Now());
  const int64_t too_far = absl::ToUnixMicros(context.clock().Now() + kMaxAhead);
  bool due = false;
  // Looking costs no commit, and mostly there is nothing.
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query(
            "SELECT 1 FROM {deliveries} WHERE state = 1 AND (due_us <= $1 OR due_us > $2) LIMIT 1",
            {now, too_far}, "i"));
    due = !rows.empty();
    return absl::OkStatus();
  }));
  std::optional<Delivery> claimed;
  if (!due) return claimed;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query(
            "UPDATE {deliveries} SET due_us = $1, attempts = attempts + 1 WHERE sequence "
            "= (SELECT sequence FROM {deliveries} WHERE state = 1 AND (due_us <= $2 OR due_us "
            "> $3) ORDER BY due_us, sequence LIMIT 1 {skip locked}) "
            "RETURNING sequence, tenant, endpoint, event_id, body, attempts",
            {absl::ToUnixMicros(retry_at), now, too_far}, "itttti"));
    if (rows.empty()) return absl::OkStatus();
    SqlColumns row(rows[0]);
    claimed.emplace();
    claimed->sequence = row.Integer();
    claimed->tenant = row.Text();
    claimed->subscription = row.Text();
    claimed->event_id = row.Text();
    claimed->body = row.Text();
    claimed->attempts = static_cast<int>(row.Integer());
    return absl::OkStatus();
  }));
  return claimed;
}

absl::Status SqlDeliveryStore::Made(const Context& context, const Delivery& delivery,
                                    const Attempt& attempt) {
  return database_.Write(context, [&](SqlSession& session) {
    return session.Execute(
        "UPDATE {deliveries} SET state = $1, http_status = $2, error = '', finished_at_us = $3, "
        "body = $4 WHERE sequence = $5",
        {DeliveryState::kDelivered, attempt.http_status, absl::ToUnixMicros(context.clock().Now()),
         SqlBytes{}, delivery.sequence});
  });
}

absl::Status SqlDeliveryStore::Failed(const Context& context, const Delivery& delivery,
                                      const Attempt& attempt, std::optional<absl::Time> due) {
  const int64_t now = absl::ToUnixMicros(context.clock().Now());
  return database_.Write(context, [&](SqlSession& session) {
    return session.Execute(
        "UPDATE {deliveries} SET state = $1, http_status = $2, error = $3, due_us = $4, "
        "finished_at_us = $5 WHERE sequence = $6",
        {due ? DeliveryState::kWaiting : DeliveryState::kGivenUp, attempt.http_status,
         attempt.error, due ? absl::ToUnixMicros(*due) : now, due ? SqlValue() : SqlValue(now),
         delivery.sequence});
  });
}

absl::StatusOr<DeliveryPage> SqlDeliveryStore::List(const Context& context,
                                                    const DeliveryFilter& filter, int page_size,
                                                    absl::string_view page_token) {
  ASSIGN_OR_RETURN(const int64_t before, ReadSequenceToken(page_token));
  DeliveryPage page;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query(
            absl::StrCat("SELECT ", kRecordColumns, " FROM {deliveries} WHERE tenant = $1 AND ",
                         sql::Matches("endpoint", "$2", filter.subscription),
                         " AND ($3 = 0 OR state = $3) AND ",
                         sql::Matches("customer_id", "$4", filter.customer_id),
                         " AND sequence < $5 ORDER BY sequence DESC LIMIT $6"),
            {context.tenant(), filter.subscription,
             filter.state ? static_cast<int>(*filter.state) : 0, filter.customer_id, before,
             page_size + 1},
            kRecordTypes));
    for (const SqlRow& row : rows) {
      if (static_cast<int>(page.deliveries.size()) == page_size) {
        page.next_page_token = absl::StrCat(page.deliveries.back().delivery.sequence);
        break;
      }
      page.deliveries.push_back(ReadRecord(row));
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<DeliveryRecord> SqlDeliveryStore::Redeliver(const Context& context,
                                                           int64_t sequence) {
  DeliveryRecord record;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> renewed,
        session.Query(absl::StrCat("UPDATE {deliveries} SET state = $1, attempts = 0, due_us = $2, "
                                   "finished_at_us = NULL WHERE tenant = $3 AND sequence = $4 AND "
                                   "state = $5 RETURNING ",
                                   kRecordColumns),
                      {DeliveryState::kWaiting, absl::ToUnixMicros(context.clock().Now()),
                       context.tenant(), sequence, DeliveryState::kGivenUp},
                      kRecordTypes));
    if (!renewed.empty()) {
      record = ReadRecord(renewed[0]);
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const std::vector<SqlRow> there,
                     session.Query("SELECT 1 FROM {deliveries} WHERE tenant = $1 AND sequence = $2",
                                   {context.tenant(), sequence}, "i"));
    if (there.empty()) {
      return absl::NotFoundError(absl::StrCat("delivery_id: no delivery ", sequence,
                                              "; list the deliveries to see their ids"));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("delivery_id: expected a delivery that was given up; ", sequence,
                     " waits or has been made"));
  }));
  return record;
}

absl::StatusOr<int64_t> SqlDeliveryStore::EraseMade(const Context& context, absl::Time before,
                                                    int limit) {
  int64_t erased = 0;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Query("DELETE FROM {deliveries} WHERE sequence IN (SELECT sequence FROM "
                      "{deliveries} WHERE state = 3 AND finished_at_us < $1 LIMIT $2) "
                      "RETURNING sequence",
                      {absl::ToUnixMicros(before), limit}, "i"));
    erased = static_cast<int64_t>(rows.size());
    return absl::OkStatus();
  }));
  return erased;
}

}  // namespace throughline::orchestrator
