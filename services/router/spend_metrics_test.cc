#include "services/router/spend_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/router_metrics.h"
#include "services/router/spend_watch.h"
#include "services/router/store/open_ledger.h"

namespace throughline::router {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kDollar = 1'000'000'000;
constexpr absl::Duration kZeroTime = CountersFromZero::kZeroTime;

// A draft that fell, a stronger model's answer, and a call that the provider failed.
Decision Escalated() {
  Decision decision;
  decision.id = "dec_1";
  decision.task = TaskKind::kWriteEmail;
  decision.outcome = DecisionOutcome::kEscalated;
  decision.reason = DecisionReason::kUngroundedName;
  decision.attempts = {{.model = "small",
                        .role = AttemptRole::kDraft,
                        .outcome = AttemptOutcome::kRejected,
                        .cost = {.nano_usd = kDollar}},
                       {.model = "large",
                        .role = AttemptRole::kEscalation,
                        .outcome = AttemptOutcome::kError,
                        .cost = {.nano_usd = 2 * kDollar}},
                       {.model = "large",
                        .role = AttemptRole::kEscalation,
                        .outcome = AttemptOutcome::kAccepted,
                        .cost = {.nano_usd = 4 * kDollar}}};
  decision.cost = {.nano_usd = 7 * kDollar};
  decision.baseline_cost = {.nano_usd = 5 * kDollar};
  return decision;
}

Policy SmallAndLarge() {
  Policy policy;
  policy.models = {{.name = "small"}, {.name = "large"}};
  policy.budgets = {{.name = "daily"}};
  return policy;
}

class SpendMetricsTest : public ::testing::Test {
 protected:
  static Context Of(const std::string& tenant) {
    return Context(Context::Fields{.tenant = tenant});
  }
  BudgetState Used(double share, const std::string& customer) const {
    return {.account = {.key = absl::StrCat("daily/", customer),
                        .name = "daily",
                        .scope = BudgetScope::kCustomer,
                        .limit_nano_usd = kDollar,
                        .resets_at = clock_.Now() + absl::Hours(24)},
            .spent_nano_usd = static_cast<int64_t>(share * kDollar)};
  }
  // The metrics once all of them have stood at zero for long enough.
  std::string Settled() {
    clock_.Advance(kZeroTime);
    metrics_.spend().Settle();
    return registry_.Render();
  }

  FakeClock clock_;
  MetricsRegistry registry_;
  RouterMetrics metrics_{registry_, SmallAndLarge(), clock_};
};

TEST_F(SpendMetricsTest, EveryDollarHasTheRoleAndTheOutcomeOfItsCall) {
  metrics_.OnDecision(Of("acme"), Escalated());
  EXPECT_THAT(
      Settled(),
      AllOf(HasSubstr("throughline_router_cost_usd_total{model=\"small\",outcome=\"rejected\","
                      "role=\"draft\",task=\"write_email\"} 1\n"),
            HasSubstr("throughline_router_cost_usd_total{model=\"large\",outcome=\"error\","
                      "role=\"escalation\",task=\"write_email\"} 2\n"),
            HasSubstr("throughline_router_cost_usd_total{model=\"large\",outcome=\"accepted\","
                      "role=\"escalation\",task=\"write_email\"} 4\n"),
            HasSubstr("throughline_router_escalation_cost_usd_total{"
                      "reason=\"ungrounded_name\",task=\"write_email\"} 6\n"),
            HasSubstr("throughline_router_tenant_cost_usd_total{tenant=\"acme\"} 7\n"),
            HasSubstr("throughline_router_baseline_cost_usd_total{task=\"write_email\"} 5\n")));
}

TEST_F(SpendMetricsTest, ANewSeriesIsSeenAtZeroBeforeItRises) {
  metrics_.OnDecision(Of("acme"), Escalated());
  clock_.Advance(kZeroTime - absl::Seconds(1));
  metrics_.OnDecision(Of("acme"), Escalated());
  metrics_.spend().Settle();
  EXPECT_THAT(registry_.Render(),
              HasSubstr("throughline_router_tenant_cost_usd_total{tenant=\"acme\"} 0\n"));
  clock_.Advance(absl::Seconds(1));
  metrics_.OnDecision(Of("acme"), Escalated());
  EXPECT_THAT(registry_.Render(),
              HasSubstr("throughline_router_tenant_cost_usd_total{tenant=\"acme\"} 21\n"));
}

TEST_F(SpendMetricsTest, TenantsBeyondTheFirstShareOneSeries) {
  for (size_t i = 0; i < SpendMetrics::kMaxTenants + 3; ++i) {
    metrics_.OnDecision(Of(absl::StrCat("tenant-", i)), Escalated());
  }
  metrics_.OnDecision(Of("tenant-0"), Escalated());
  EXPECT_THAT(Settled(), AllOf(HasSubstr("tenant_cost_usd_total{tenant=\"tenant-0\"} 14\n"),
                               HasSubstr("tenant_cost_usd_total{tenant=\"other\"} 21\n"),
                               Not(HasSubstr(absl::StrCat("tenant-", SpendMetrics::kMaxTenants)))));
}

TEST_F(SpendMetricsTest, ATenantsRequestsAndTokensAreCountedByWhatBecameOfThem) {
  Decision answered = Escalated();
  answered.attempts[0].usage = {.input_uncached_tokens = 100, .output_visible_tokens = 10};
  answered.attempts[2].usage = {.input_uncached_tokens = 60,
                                .input_cached_tokens = 40,
                                .output_visible_tokens = 20,
                                .output_reasoning_tokens = 5};
  Decision refused;
  refused.outcome = DecisionOutcome::kFailed;
  refused.reason = DecisionReason::kBudgetExhausted;
  Decision failed = refused;
  failed.reason = DecisionReason::kProviderError;
  for (const Decision& decision : {answered, answered, refused, failed}) {
    metrics_.OnDecision(Of("acme"), decision);
  }
  EXPECT_THAT(
      Settled(),
      AllOf(HasSubstr("tenant_requests_total{result=\"answered\",tenant=\"acme\"} 2\n"),
            HasSubstr("tenant_requests_total{result=\"refused\",tenant=\"acme\"} 1\n"),
            HasSubstr("tenant_requests_total{result=\"failed\",tenant=\"acme\"} 1\n"),
            HasSubstr("tenant_tokens_total{kind=\"input\",tenant=\"acme\"} 400\n"),
            HasSubstr("tenant_tokens_total{kind=\"output\",tenant=\"acme\"} 70\n"),
            HasSubstr("throughline_router_tenant_baseline_cost_usd_total{tenant=\"acme\"} 10\n")));
}

TEST_F(SpendMetricsTest, ABudgetShowsItsFullestAccountUntilItsWindowEnds) {
  const std::string of =
      "throughline_router_budget_used_ratio{budget=\"daily\",scope=\"customer\","
      "tenant=\"acme\"} ";
  metrics_.OnBudgets(Of("acme"), {Used(0.5, "birch")});
  EXPECT_THAT(registry_.Render(), HasSubstr(absl::StrCat(of, "0.5\n")));
  metrics_.OnBudgets(Of("acme"), {Used(0.25, "cedar")});
  EXPECT_THAT(registry_.Render(), HasSubstr(absl::StrCat(of, "0.5\n")));
  BudgetState counted = Used(0, "cedar");
  counted.account.limit_requests = 4;
  counted.requests = 3;
  metrics_.OnBudgets(Of("acme"), {counted});
  EXPECT_THAT(registry_.Render(), HasSubstr(absl::StrCat(of, "0.75\n")));

  clock_.Advance(absl::Hours(24));
  metrics_.spend().Settle();
  EXPECT_THAT(registry_.Render(), HasSubstr(absl::StrCat(of, "0\n")));
  metrics_.OnBudgets(Of("acme"), {Used(0.125, "cedar")});
  EXPECT_THAT(registry_.Render(), HasSubstr(absl::StrCat(of, "0.125\n")));

  metrics_.UsePolicy({});
  EXPECT_THAT(registry_.Render(), Not(HasSubstr(of)));
}

TEST_F(SpendMetricsTest, WhatTheLedgerGainsIsCountedOnceWhoeverWroteIt) {
  TempDirectory directory;
  ASSERT_OK_AND_ASSIGN(const auto ledger, OpenSqliteLedger(directory.File("router.db")));
  const auto append = [&](const std::string& tenant, const std::string& id) {
    Answer answer{.decision = Escalated()};
    answer.decision.id = id;
    return Wait(ledger->Append(Of(tenant), answer, "", ""));
  };
  const auto shows = [](int dollars) {
    return HasSubstr(absl::StrCat("throughline_router_ledger_cost_usd_total ", dollars, "\n"));
  };
  ASSERT_OK(append("acme", "before"));
  SpendWatch watch(*ledger, metrics_.spend());
  ASSERT_OK(watch.Look());
  EXPECT_THAT(registry_.Render(), shows(0));

  ASSERT_OK(append("acme", "first"));
  ASSERT_OK(append("birch", "second"));
  ASSERT_OK(watch.Look());
  EXPECT_THAT(registry_.Render(), shows(14));
  ASSERT_OK(append("acme", "third"));
  for (int look = 0; look < 3; ++look) ASSERT_OK(watch.Look());
  EXPECT_THAT(registry_.Render(), shows(21));
}

}  // namespace
}  // namespace throughline::router
