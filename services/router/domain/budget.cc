#include "services/router/domain/budget.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "common/base/errors.h"
#include "services/router/domain/pricing.h"

namespace throughline::router {
namespace {

// Money that others have set aside is often given back when their calls end.
constexpr absl::Duration kReservedRetry = absl::Seconds(1);
// A budget without a window may be raised by then.
constexpr absl::Duration kForeverRetry = absl::Hours(24);

struct Window {
  std::string name;
  absl::Time end;
};

Window WindowAt(BudgetWindow window, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilSecond second = absl::ToCivilSecond(now, utc);
  switch (window) {
    case BudgetWindow::kMinute: {
      const absl::CivilMinute minute(second);
      return {absl::FormatCivilTime(minute), absl::FromCivil(minute + 1, utc)};
    }
    case BudgetWindow::kHour: {
      const absl::CivilHour hour(second);
      return {absl::FormatCivilTime(hour), absl::FromCivil(hour + 1, utc)};
    }
    case BudgetWindow::kDay: {
      const absl::CivilDay day(second);
      return {absl::FormatCivilTime(day), absl::FromCivil(day + 1, utc)};
    }
    case BudgetWindow::kMonth: {
      const absl::CivilMonth month(second);
      return {absl::FormatCivilTime(month), absl::FromCivil(month + 1, utc)};
    }
    case BudgetWindow::kForever:
      break;
  }
  return {"", absl::InfiniteFuture()};
}

absl::string_view SubjectOf(BudgetScope scope, absl::string_view tenant,
                            const Attribution& attribution) {
  switch (scope) {
    case BudgetScope::kTenant:
      return tenant;
    case BudgetScope::kCustomer:
      return attribution.customer_id;
    case BudgetScope::kCall:
      return attribution.call_id;
  }
  return "";
}

absl::Duration RetryAt(const BudgetState& state, absl::Time now) {
  const absl::Time reset = state.account.resets_at;
  return reset == absl::InfiniteFuture() ? kForeverRetry : std::max(reset - now, kReservedRetry);
}

}  // namespace

std::vector<BudgetAccount> AccountsOf(absl::Span<const BudgetRule> rules, absl::string_view tenant,
                                      const Attribution& attribution, absl::Time now) {
  std::vector<BudgetAccount> accounts;
  for (const BudgetRule& rule : rules) {
    const absl::string_view subject = SubjectOf(rule.scope, tenant, attribution);
    if (subject.empty() || (!rule.subject.empty() && rule.subject != subject)) continue;
    const Window window = WindowAt(rule.window, now);
    // Lengths keep apart what ids made of any characters would run together.
    accounts.push_back(
        {.key = absl::StrCat(rule.name, "/", subject.size(), ":", subject, "/", window.name),
         .name = rule.name,
         .scope = rule.scope,
         .subject = std::string(subject),
         .limit_nano_usd = rule.limit_nano_usd,
         .limit_requests = rule.limit_requests,
         .resets_at = window.end});
  }
  return accounts;
}

absl::Status CheckRoom(const BudgetState& state, const Reservation& reservation, absl::Time now) {
  const BudgetAccount& account = state.account;
  if (reservation.counts_request && account.limit_requests > 0 &&
      state.requests >= account.limit_requests) {
    return WithReason(
        WithRetryAfter(absl::ResourceExhaustedError(absl::StrCat(
                           "budget \"", account.name, "\": its ", account.limit_requests,
                           " requests are used up for ", account.subject,
                           "; retry in the next window or raise limit_requests")),
                       RetryAt(state, now)),
        kQuotaExhausted);
  }
  if (account.limit_nano_usd == 0) return absl::OkStatus();
  const Cost held = Cost{state.spent_nano_usd} + Cost{state.reserved_nano_usd};
  if ((held + Cost{reservation.nano_usd}).nano_usd <= account.limit_nano_usd) {
    return absl::OkStatus();
  }
  const bool only_reserved =
      (Cost{state.spent_nano_usd} + Cost{reservation.nano_usd}).nano_usd <= account.limit_nano_usd;
  return WithReason(
      WithRetryAfter(
          absl::ResourceExhaustedError(absl::StrFormat(
              "budget \"%s\": %.6f of %.6f US dollars are left for %s and up to %.6f "
              "are needed; retry in the next window or raise limit_usd",
              account.name, ToUsd(std::max<int64_t>(account.limit_nano_usd - held.nano_usd, 0)),
              ToUsd(account.limit_nano_usd), account.subject, ToUsd(reservation.nano_usd))),
          only_reserved ? kReservedRetry : RetryAt(state, now)),
      kBudgetExhausted);
}

}  // namespace throughline::router
