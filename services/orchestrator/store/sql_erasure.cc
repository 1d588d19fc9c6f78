#include "services/orchestrator/store/sql_erasure.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "services/orchestrator/store/turns.h"

namespace throughline::orchestrator {
namespace {

using sql::SqlRow;
using sql::SqlSession;

// Of a key without a call id, the rows of all calls.
constexpr char kOfKey[] = "tenant = $1 AND customer_id = $2 AND ($3 = '' OR call_id = $3)";

absl::StatusOr<int64_t> EraseFrom(SqlSession& session, const char* table, const CallKey& key) {
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      session.Query(absl::StrCat("DELETE FROM ", table, " WHERE ", kOfKey, " RETURNING 1"),
                    {key.tenant, key.customer_id, key.call_id}, "i"));
  return static_cast<int64_t>(rows.size());
}

}  // namespace

absl::Status SqlErasure::CancelJobs(const Context& context, const CallKey& key) {
  return database_.Write(context, [&](SqlSession& session) -> absl::Status {
    const absl::Time now = context.clock().Now();
    ASSIGN_OR_RETURN(const Turn turn, LockTurn(session, key, now));
    RETURN_IF_ERROR(session.Execute(
        absl::StrCat("UPDATE {jobs} SET cancel_requested = 1 WHERE ", kOfKey, " AND state = 2"),
        {key.tenant, key.customer_id, key.call_id}));
    RETURN_IF_ERROR(
        session.Execute("UPDATE {jobs} SET state = 5, finished_at_us = $1 WHERE tenant = $2 AND "
                        "customer_id = $3 AND ($4 = '' OR call_id = $4) AND state = 1",
                        {absl::ToUnixMicros(now), key.tenant, key.customer_id, key.call_id}));
    if (!turn.owner.empty()) return absl::OkStatus();
    return FreeTurn(session, key, absl::FromUnixMicros(turn.due_us));
  });
}

absl::StatusOr<bool> SqlErasure::TakeTurn(const Context& context, const CallKey& key,
                                          const std::string& holder, absl::Time lease_until) {
  bool is_taken = false;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(const Turn turn, LockTurn(session, key, context.clock().Now()));
    is_taken = turn.owner.empty();
    if (!is_taken) return absl::OkStatus();
    return orchestrator::TakeTurn(session, key, holder, lease_until);
  }));
  return is_taken;
}

absl::StatusOr<ErasedCalls> SqlErasure::Erase(const Context& context, const CallKey& key,
                                              const std::string& holder) {
  ErasedCalls erased;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    RETURN_IF_ERROR(CheckTurn(session, key, holder));
    ASSIGN_OR_RETURN(erased.calls, EraseFrom(session, "{calls}", key));
    ASSIGN_OR_RETURN(erased.jobs, EraseFrom(session, "{jobs}", key));
    ASSIGN_OR_RETURN(erased.deliveries, EraseFrom(session, "{deliveries}", key));
    RETURN_IF_ERROR(EraseFrom(session, "{progress}", key).status());
    return FreeTurn(session, key, context.clock().Now());
  }));
  return erased;
}

absl::Status SqlErasure::GiveBack(const Context& context, const CallKey& key,
                                  const std::string& holder) {
  const absl::Status given_back =
      database_.Write(context, [&](SqlSession& session) -> absl::Status {
        RETURN_IF_ERROR(CheckTurn(session, key, holder));
        return FreeTurn(session, key, context.clock().Now());
      });
  return absl::IsAborted(given_back) ? absl::OkStatus() : given_back;
}

}  // namespace throughline::orchestrator
