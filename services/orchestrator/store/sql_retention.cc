#include "services/orchestrator/store/sql_retention.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace throughline::orchestrator {
namespace {

using sql::SqlColumns;
using sql::SqlRow;
using sql::SqlSession;

// Rows of one kind that are due: $1 is the tenant, $2 the time. States are those of CallState,
// JobState and DeliveryState.
constexpr char kDueCalls[] = "FROM {calls} WHERE tenant = $1 AND occurred_at_us < $2 AND state = 3";
constexpr char kDueFailures[] =
    "FROM {jobs} WHERE tenant = $1 AND occurred_at_us < $2 AND state IN (4, 5)";
constexpr char kDueJobs[] =
    "FROM {jobs} WHERE tenant = $1 AND finished_at_us < $2 AND state IN (3, 4, 5)";
constexpr char kDueDeliveries[] =
    "FROM {deliveries} WHERE tenant = $1 AND finished_at_us < $2 AND state <> 1";

// The statements that make up a kind.
std::vector<const char*> DueOf(absl::string_view kind) {
  if (kind == retention::kCalls) return {kDueCalls, kDueFailures};
  if (kind == retention::kJobs) return {kDueJobs};
  return {kDueDeliveries};
}

struct Ended {
  std::string customer_id;
  std::string call_id;
};

absl::StatusOr<std::vector<Ended>> FindCalls(SqlSession& session, const char* due,
                                             const std::string& tenant, int64_t before_us,
                                             int limit) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                   session.Query(absl::StrCat("SELECT customer_id, call_id ", due,
                                              " ORDER BY occurred_at_us LIMIT $3"),
                                 {tenant, before_us, limit}, "tt"));
  std::vector<Ended> found;
  for (const SqlRow& row : rows) {
    SqlColumns columns(row);
    Ended one{.customer_id = columns.Text()};
    one.call_id = columns.Text();
    found.push_back(std::move(one));
  }
  return found;
}

// Erases all that was kept of a call. False, and nothing is, when it is being processed.
absl::StatusOr<bool> EraseCall(SqlSession& session, const std::string& tenant, const Ended& call) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> under_way,
                   session.Query("SELECT 1 FROM {jobs} WHERE tenant = $1 AND customer_id = $2 AND "
                                 "call_id = $3 AND state IN (1, 2)",
                                 {tenant, call.customer_id, call.call_id}, "i"));
  if (!under_way.empty()) return false;
  for (const char* rows : {"{calls} WHERE state = 3", "{jobs} WHERE state IN (3, 4, 5)",
                           "{progress} WHERE part > 0", "{deliveries} WHERE state <> 1"}) {
    RETURN_IF_ERROR(
        session.Execute(absl::StrCat("DELETE FROM ", rows,
                                     " AND tenant = $1 AND customer_id = $2 AND call_id = $3"),
                        {tenant, call.customer_id, call.call_id}));
  }
  return true;
}

absl::StatusOr<int64_t> EraseCalls(SqlSession& session, const std::string& tenant,
                                   int64_t before_us, int limit) {
  int64_t erased = 0;
  for (const char* due : {kDueCalls, kDueFailures}) {
    ASSIGN_OR_RETURN(const std::vector<Ended> calls,
                     FindCalls(session, due, tenant, before_us, limit));
    for (const Ended& call : calls) {
      ASSIGN_OR_RETURN(const bool is_erased, EraseCall(session, tenant, call));
      if (is_erased) ++erased;
    }
  }
  return erased;
}

absl::StatusOr<int64_t> EraseRows(SqlSession& session, const char* table, const char* due,
                                  const std::string& tenant, int64_t before_us, int limit) {
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      session.Query(absl::StrCat("DELETE FROM ", table, " WHERE sequence IN (SELECT sequence ", due,
                                 " LIMIT $3) RETURNING sequence"),
                    {tenant, before_us, limit}, "i"));
  return static_cast<int64_t>(rows.size());
}

}  // namespace

std::vector<absl::string_view> SqlRetention::Kinds() const {
  return {retention::kCalls, retention::kJobs, retention::kDeliveries};
}

absl::StatusOr<std::vector<std::string>> SqlRetention::Tenants(const Context& context) {
  std::vector<std::string> tenants;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                     session.Query("SELECT tenant FROM {calls} UNION SELECT tenant FROM {jobs} "
                                   "UNION SELECT tenant FROM {deliveries} ORDER BY tenant",
                                   {}, "t"));
    for (const SqlRow& row : rows) tenants.push_back(row[0].Text());
    return absl::OkStatus();
  }));
  return tenants;
}

absl::StatusOr<int64_t> SqlRetention::Count(const Context& context, absl::string_view kind,
                                            absl::Time before) {
  int64_t count = 0;
  RETURN_IF_ERROR(database_.Read(context, [&](SqlSession& session) -> absl::Status {
    for (const char* due : DueOf(kind)) {
      ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                       session.Query(absl::StrCat("SELECT COUNT(*) ", due),
                                     {context.tenant(), absl::ToUnixMicros(before)}, "i"));
      count += rows[0][0].Integer();
    }
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<retention::Batch> SqlRetention::Erase(const Context& context, absl::string_view kind,
                                                     absl::Time before, int limit) {
  const int64_t before_us = absl::ToUnixMicros(before);
  retention::Batch batch;
  RETURN_IF_ERROR(database_.Write(context, [&](SqlSession& session) -> absl::Status {
    if (kind == retention::kCalls) {
      ASSIGN_OR_RETURN(batch.erased, EraseCalls(session, context.tenant(), before_us, limit));
    } else if (kind == retention::kJobs) {
      ASSIGN_OR_RETURN(batch.erased,
                       EraseRows(session, "{jobs}", kDueJobs, context.tenant(), before_us, limit));
    } else {
      ASSIGN_OR_RETURN(batch.erased, EraseRows(session, "{deliveries}", kDueDeliveries,
                                               context.tenant(), before_us, limit));
    }
    return absl::OkStatus();
  }));
  batch.more = batch.erased > 0;
  return batch;
}

}  // namespace throughline::orchestrator
