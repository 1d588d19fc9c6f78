#include "services/router/domain/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/base/errors.h"
#include "common/testing/status_matchers.h"
#include "services/router/domain/recent_economics.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNoon = absl::FromCivil(absl::CivilHour(2026, 3, 4, 12), absl::UTCTimeZone());

std::vector<BudgetAccount> Accounts(BudgetRule rule, const Attribution& attribution,
                                    absl::Time now = kNoon) {
  return AccountsOf({std::move(rule)}, "acme", attribution, now);
}

TEST(Budget, EachScopeCountsItsOwnSubject) {
  const Attribution work{.customer_id = "birch", .call_id = "call-7"};
  EXPECT_EQ(Accounts({.name = "t", .scope = BudgetScope::kTenant}, work).at(0).subject, "acme");
  EXPECT_EQ(Accounts({.name = "c", .scope = BudgetScope::kCustomer}, work).at(0).subject, "birch");
  EXPECT_EQ(Accounts({.name = "k", .scope = BudgetScope::kCall}, work).at(0).subject, "call-7");
  EXPECT_THAT(Accounts({.name = "c", .scope = BudgetScope::kCustomer}, {}), IsEmpty());
  EXPECT_THAT(Accounts({.name = "t", .subject = "other"}, work), IsEmpty());
}

TEST(Budget, WindowsStartAnewInUtc) {
  const auto at = [](BudgetWindow window, absl::Time now) {
    return Accounts({.name = "b", .window = window}, {}, now).at(0);
  };
  EXPECT_EQ(at(BudgetWindow::kDay, kNoon).resets_at, kNoon + absl::Hours(12));
  EXPECT_EQ(at(BudgetWindow::kHour, kNoon).resets_at, kNoon + absl::Hours(1));
  EXPECT_EQ(at(BudgetWindow::kMinute, kNoon).resets_at, kNoon + absl::Minutes(1));
  EXPECT_EQ(at(BudgetWindow::kMonth, kNoon).resets_at,
            absl::FromCivil(absl::CivilDay(2026, 4, 1), absl::UTCTimeZone()));
  EXPECT_EQ(at(BudgetWindow::kForever, kNoon).resets_at, absl::InfiniteFuture());
  EXPECT_EQ(at(BudgetWindow::kDay, kNoon).key, at(BudgetWindow::kDay, kNoon + absl::Hours(1)).key);
  EXPECT_NE(at(BudgetWindow::kDay, kNoon).key, at(BudgetWindow::kDay, kNoon + absl::Hours(12)).key);
}

TEST(Budget, KeysOfDifferentSubjectsNeverMeet) {
  const BudgetRule rule{.name = "c", .scope = BudgetScope::kCustomer};
  EXPECT_NE(Accounts(rule, {.customer_id = "a/1:b"}).at(0).key,
            Accounts(rule, {.customer_id = "a"}).at(0).key);
}

TEST(Budget, WhatIsMissingIsSaidWithATimeToRetry) {
  BudgetState state{.account = Accounts({.name = "daily", .limit_nano_usd = 1000}, {}).at(0),
                    .spent_nano_usd = 900};
  EXPECT_OK(CheckRoom(state, {.nano_usd = 100}, kNoon));
  const absl::Status full = CheckRoom(state, {.nano_usd = 101}, kNoon);
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("raise limit_usd")));
  EXPECT_EQ(RetryAfter(full), absl::Hours(12));
  EXPECT_EQ(Reason(full), kBudgetExhausted);
}

// An escalated decision that cost `cost` where the strongest alone would have cost 100.
Decision Drafted(int64_t cost) {
  Decision decision{.task = TaskKind::kGeneral,
                    .outcome = DecisionOutcome::kEscalated,
                    .cost = {.nano_usd = cost},
                    .baseline_cost = {.nano_usd = 100}};
  decision.attempts.push_back({.role = AttemptRole::kDraft});
  return decision;
}

TEST(RecentEconomics, DraftsThatLoseMoneyAreSkippedAllButAFew) {
  RecentEconomics recent;
  for (size_t i = 0; i + 1 < RecentEconomics::kFewest; ++i) recent.Observe(Drafted(150));
  EXPECT_FALSE(recent.IsDearer(TaskKind::kGeneral));  // too few to say
  recent.Observe(Drafted(150));
  EXPECT_TRUE(recent.IsDearer(TaskKind::kGeneral));
  EXPECT_FALSE(recent.IsDearer(TaskKind::kWriteEmail));
  int skipped = 0;
  for (int i = 0; i < 100; ++i) skipped += recent.ShouldSkipDraft(TaskKind::kGeneral) ? 1 : 0;
  EXPECT_EQ(skipped, 90);
  // Once drafts pay again, they are made again.
  for (size_t i = 0; i < RecentEconomics::kWindow; ++i) recent.Observe(Drafted(40));
  EXPECT_FALSE(recent.ShouldSkipDraft(TaskKind::kGeneral));
  EXPECT_EQ(recent.Of(TaskKind::kGeneral).decisions,
            static_cast<int64_t>(RecentEconomics::kWindow));
  EXPECT_EQ(recent.Of(TaskKind::kGeneral).cost.nano_usd, 40 * 200);
}

}  // namespace
}  // namespace throughline::router
