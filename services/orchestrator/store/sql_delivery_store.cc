#include "services/orchestrator/store/sql_delivery_store.h"

#include <utility>
#include <vector>

#include "common/base/status_macros.h"

namespace throughline::orchestrator {
namespace {

using sql::SqlBytes;
using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;

// What `deliveries.state` says. One that was made has no row.
constexpr int kWaiting = 1;
constexpr int kGivenUp = 2;
// No retry is further away. One that is was set before the clock was put back, and counts as due.
constexpr absl::Duration kMaxAhead = absl::Hours(2);

}  // namespace

absl::Status AddDelivery(SqlSession& session, const Delivery& delivery, absl::Time now) {
  return session.Execute(
      "INSERT INTO {deliveries} (tenant, endpoint, event_id, body, state, attempts, due_us, "
      "created_at_us, error) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, '')",
      {delivery.tenant, delivery.subscription, delivery.event_id, SqlBytes{delivery.body}, kWaiting,
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

absl::Status SqlDeliveryStore::Made(const Context& context, const Delivery& delivery) {
  return database_.Write(context, [&](SqlSession& session) {
    return session.Execute("DELETE FROM {deliveries} WHERE sequence = $1", {delivery.sequence});
  });
}

absl::Status SqlDeliveryStore::Failed(const Context& context, const Delivery& delivery,
                                      const std::string& error, std::optional<absl::Time> due) {
  return database_.Write(context, [&](SqlSession& session) {
    return session.Execute(
        "UPDATE {deliveries} SET state = $1, due_us = $2, error = $3 WHERE sequence = $4",
        {due ? kWaiting : kGivenUp, absl::ToUnixMicros(due.value_or(context.clock().Now())), error,
         delivery.sequence});
  });
}

}  // namespace throughline::orchestrator
