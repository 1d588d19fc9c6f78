#include "services/orchestrator/store/turns.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/orchestrator/domain/ports.h"

namespace throughline::orchestrator {

using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;
using sql::SqlValue;

absl::StatusOr<Turn> LockTurn(SqlSession& session, const CallKey& call, absl::Time now) {
  // The update changes nothing, but locks the row and returns it.
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      session.Query("INSERT INTO {turns} AS turn (tenant, customer_id, owner, due_us, "
                    "lease_until_us) VALUES ($1, $2, '', $3, 0) "
                    "ON CONFLICT (tenant, customer_id) DO UPDATE SET owner = turn.owner "
                    "RETURNING owner, due_us",
                    {call.tenant, call.customer_id, absl::ToUnixMicros(now)}, "ti"));
  SqlColumns row(rows.at(0));
  Turn turn;
  turn.owner = row.Text();
  turn.due_us = row.Integer();
  return turn;
}

absl::Status CheckTurn(SqlSession& session, const CallKey& call, const std::string& owner) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Query("SELECT owner FROM {turns} WHERE tenant = $1 AND "
                                 "customer_id = $2 AND owner = $3 {for update}",
                                 {call.tenant, call.customer_id, owner}, "t"));
  if (!rows.empty()) return absl::OkStatus();
  return WithReason(
      absl::AbortedError(absl::StrCat("another process has taken over the calls of customer \"",
                                      call.customer_id, "\"; send the call again")),
      kTurnLost);
}

absl::Status TakeTurn(SqlSession& session, const CallKey& call, const std::string& owner,
                      absl::Time lease_until) {
  return session.Execute(
      "UPDATE {turns} SET owner = $1, lease_until_us = $2 WHERE tenant = $3 AND customer_id = $4",
      {owner, absl::ToUnixMicros(lease_until), call.tenant, call.customer_id});
}

absl::Status FreeTurn(SqlSession& session, const CallKey& call, absl::Time due) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> more,
                   session.Query("SELECT 1 FROM {jobs} WHERE tenant = $1 AND customer_id = $2 AND "
                                 "state IN (1, 2) LIMIT 1",
                                 {call.tenant, call.customer_id}, "i"));
  if (more.empty()) {
    return session.Execute("DELETE FROM {turns} WHERE tenant = $1 AND customer_id = $2",
                           {call.tenant, call.customer_id});
  }
  return session.Execute(
      "UPDATE {turns} SET owner = '', due_us = $1 WHERE tenant = $2 AND customer_id = $3",
      {absl::ToUnixMicros(due), call.tenant, call.customer_id});
}

absl::Status EndJob(SqlSession& session, const CallKey& call, JobState state,
                    const std::string& error, absl::Time now) {
  const SqlValue finished =
      state == JobState::kQueued ? SqlValue() : SqlValue(absl::ToUnixMicros(now));
  // What was sent has become the call: it is not kept twice.
  const std::string source = state == JobState::kSucceeded ? ", source = ''" : "";
  return session.Execute(
      absl::StrCat("UPDATE {jobs} SET state = $1, error = $2, finished_at_us = $3, step = NULL, "
                   "cancel_requested = 0",
                   source, " WHERE tenant = $4 AND customer_id = $5 AND call_id = $6"),
      {state, error, finished, call.tenant, call.customer_id, call.call_id});
}

}  // namespace throughline::orchestrator
