#include "services/router/store/ledger_retention.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace throughline::router {

using sql::SqlRow;
using sql::SqlSession;

absl::StatusOr<std::vector<std::string>> LedgerRetention::Tenants(const Context& context) {
  std::vector<std::string> tenants;
  RETURN_IF_ERROR(ledger_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                     session.Run(absl::StrCat("SELECT tenant FROM ", session.Table("decisions"),
                                              " GROUP BY tenant ORDER BY tenant"),
                                 {}, "t"));
    tenants.clear();
    for (const SqlRow& row : rows) tenants.push_back(row[0].Text());
    return absl::OkStatus();
  }));
  return tenants;
}

absl::StatusOr<int64_t> LedgerRetention::Count(const Context& context, absl::string_view /*kind*/,
                                               absl::Time before) {
  int64_t count = 0;
  RETURN_IF_ERROR(ledger_.Read(context, [&](SqlSession& session) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<SqlRow> rows,
                     session.Run(absl::StrCat("SELECT COUNT(*) FROM ", session.Table("decisions"),
                                              " WHERE tenant = $1 AND decided_at_us < $2"),
                                 {context.tenant(), absl::ToUnixMicros(before)}, "i"));
    count = rows[0][0].Integer();
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<retention::Batch> LedgerRetention::Erase(const Context& context,
                                                        absl::string_view /*kind*/,
                                                        absl::Time before, int limit) {
  retention::Batch batch;
  RETURN_IF_ERROR(ledger_.Write(context, [&](SqlSession& session) -> absl::Status {
    // Their model calls go with them.
    const std::string decisions = session.Table("decisions");
    ASSIGN_OR_RETURN(
        const std::vector<SqlRow> rows,
        session.Run(absl::StrCat("DELETE FROM ", decisions,
                                 " WHERE sequence IN (SELECT sequence FROM ", decisions,
                                 " WHERE tenant = $1 AND decided_at_us < $2 LIMIT $3) "
                                 "RETURNING sequence"),
                    {context.tenant(), absl::ToUnixMicros(before), int64_t{limit}}, "i"));
    batch.erased = static_cast<int64_t>(rows.size());
    return absl::OkStatus();
  }));
  batch.more = batch.erased == limit;
  return batch;
}

}  // namespace throughline::router
