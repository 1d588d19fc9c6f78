#include "services/router/store/ledger_budgets.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace throughline::router {

using sql::SqlRow;
using sql::SqlSession;
namespace {

// Accounts are kept this long beyond their window, for who looks at yesterday's.
constexpr absl::Duration kKeepAccounts = absl::Hours(24 * 40);

absl::Status GiveBack(SqlSession& session, absl::string_view tenant,
                      const std::vector<SqlRow>& reservations) {
  for (const SqlRow& row : reservations) {
    RETURN_IF_ERROR(session
                        .Run(absl::StrCat("UPDATE ", session.Table("budget_accounts"),
                                          " SET reserved_nano_usd = reserved_nano_usd - $1 "
                                          "WHERE tenant = $2 AND account = $3"),
                             {row[1].Integer(), tenant, row[0].Text()}, "")
                        .status());
  }
  return absl::OkStatus();
}

absl::Status EndLeases(SqlSession& session, absl::string_view tenant, absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<SqlRow> ended,
                   session.Run(absl::StrCat("DELETE FROM ", session.Table("reservations"),
                                            " WHERE tenant = $1 AND expires_at_us <= $2 "
                                            "RETURNING account, nano_usd"),
                               {tenant, absl::ToUnixMicros(now)}, "ti"));
  RETURN_IF_ERROR(GiveBack(session, tenant, ended));
  return session
      .Run(absl::StrCat("DELETE FROM ", session.Table("budget_accounts"),
                        " WHERE tenant = $1 AND resets_at_us < $2 AND reserved_nano_usd = 0"),
           {tenant, absl::ToUnixMicros(now - kKeepAccounts)}, "")
      .status();
}

absl::Status AddAccount(SqlSession& session, absl::string_view tenant,
                        const BudgetAccount& account) {
  return session
      .Run(absl::StrCat("INSERT INTO ", session.Table("budget_accounts"),
                        " (tenant, account, spent_nano_usd, reserved_nano_usd, requests, "
                        "resets_at_us) VALUES ($1, $2, 0, 0, 0, $3) ON CONFLICT DO NOTHING"),
           {tenant, account.key, absl::ToUnixMicros(account.resets_at)}, "")
      .status();
}

// One statement, so that of two reservations side by side the second sees the first.
absl::Status ReserveOne(SqlSession& session, absl::string_view tenant, const BudgetAccount& account,
                        const Reservation& reservation, absl::Time now) {
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> updated,
      session.Run(
          absl::StrCat("UPDATE ", session.Table("budget_accounts"),
                       " SET reserved_nano_usd = reserved_nano_usd + $1, requests = requests + $2 "
                       "WHERE tenant = $3 AND account = $4 "
                       "AND ($5 = 0 OR spent_nano_usd + reserved_nano_usd + $1 <= $5) "
                       "AND ($6 = 0 OR $2 = 0 OR requests < $6) RETURNING requests"),
          {reservation.nano_usd, reservation.counts_request, tenant, account.key,
           account.limit_nano_usd, account.limit_requests},
          "i"));
  if (updated.empty()) {
    ASSIGN_OR_RETURN(const BudgetState state, ReadBudget(session, tenant, account));
    const absl::Status full = CheckRoom(state, reservation, now);
    // Room made meanwhile by another process is there at the next try.
    return full.ok() ? absl::UnavailableError(
                           absl::StrCat("budget \"", account.name, "\": changed meanwhile; retry"))
                     : full;
  }
  return session
      .Run(absl::StrCat("INSERT INTO ", session.Table("reservations"),
                        " (tenant, id, account, nano_usd, expires_at_us) VALUES ($1, $2, $3, $4, "
                        "$5) ON CONFLICT (tenant, id, account) DO UPDATE SET nano_usd = "
                        "reservations.nano_usd + excluded.nano_usd, "
                        "expires_at_us = excluded.expires_at_us"),
           {tenant, reservation.id, account.key, reservation.nano_usd,
            absl::ToUnixMicros(reservation.expires_at)},
           "")
      .status();
}

}  // namespace

absl::Status ReserveBudgets(SqlSession& session, absl::string_view tenant,
                            absl::Span<const BudgetAccount> accounts,
                            const Reservation& reservation, absl::Time now) {
  RETURN_IF_ERROR(EndLeases(session, tenant, now));
  for (const BudgetAccount& account : accounts) {
    RETURN_IF_ERROR(AddAccount(session, tenant, account));
    RETURN_IF_ERROR(ReserveOne(session, tenant, account, reservation, now));
  }
  return absl::OkStatus();
}

absl::Status SettleBudgets(SqlSession& session, absl::string_view tenant,
                           const Decision& decision) {
  if (decision.budget_accounts.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<SqlRow> reserved,
                   session.Run(absl::StrCat("DELETE FROM ", session.Table("reservations"),
                                            " WHERE tenant = $1 AND id = $2 "
                                            "RETURNING account, nano_usd"),
                               {tenant, decision.id}, "ti"));
  RETURN_IF_ERROR(GiveBack(session, tenant, reserved));
  for (const std::string& account : decision.budget_accounts) {
    RETURN_IF_ERROR(session
                        .Run(absl::StrCat("UPDATE ", session.Table("budget_accounts"),
                                          " SET spent_nano_usd = spent_nano_usd + $1 "
                                          "WHERE tenant = $2 AND account = $3"),
                             {decision.cost.nano_usd, tenant, account}, "")
                        .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<BudgetState> ReadBudget(SqlSession& session, absl::string_view tenant,
                                       const BudgetAccount& account) {
  ASSIGN_OR_RETURN(
      const std::vector<SqlRow> rows,
      session.Run(
          absl::StrCat("SELECT spent_nano_usd, reserved_nano_usd, requests FROM ",
                       session.Table("budget_accounts"), " WHERE tenant = $1 AND account = $2"),
          {tenant, account.key}, "iii"));
  BudgetState state{.account = account};
  if (rows.empty()) return state;
  state.spent_nano_usd = rows[0][0].Integer();
  state.reserved_nano_usd = rows[0][1].Integer();
  state.requests = rows[0][2].Integer();
  return state;
}

}  // namespace throughline::router
