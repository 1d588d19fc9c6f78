#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/testing/fake_clock.h"
#include "common/testing/postgres_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/store/decision_for_tests.h"
#include "services/router/store/ledger_retention.h"
#include "services/router/store/ledger_rows.h"
#include "services/router/store/open_ledger.h"

namespace throughline::router {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The one PostgreSQL of this program; each test gets a database of its own there.
std::string NewPostgresDatabase() {
  static const std::unique_ptr<PostgresServer> server = PostgresServer::Start().value();
  static int databases = 0;
  return server->CreateDatabase(absl::StrCat("router", ++databases)).value();
}

// One kind of database, with a way to open the same one again.
struct Kind {
  std::string name;
  std::function<std::string(const TempDirectory&)> make;
  std::function<absl::StatusOr<std::unique_ptr<SqlLedger>>(const std::string&)> open;

  friend std::ostream& operator<<(std::ostream& out, const Kind& kind) { return out << kind.name; }
};

class LedgerTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    place_ = GetParam().make(directory_);
    Open();
  }
  void Open() {
    log_.reset();
    ASSERT_OK_AND_ASSIGN(log_, GetParam().open(place_));
  }
  Context At(absl::Time now) {
    clock_.Set(now);
    return Context({.clock = &clock_});
  }

  TempDirectory directory_;
  std::string place_;
  FakeClock clock_;
  std::unique_ptr<SqlLedger> log_;
  const Context context_ = Context::Background();
  const Context other_tenant_{Context::Fields{.tenant = "other"}};
};

INSTANTIATE_TEST_SUITE_P(
    All, LedgerTest,
    ::testing::Values(
        Kind{"Sqlite", [](const TempDirectory& directory) { return directory.File("router.db"); },
             [](const std::string& path) { return OpenSqliteLedger(path); }},
        Kind{"SqliteSynced",
             [](const TempDirectory& directory) { return directory.File("router.db"); },
             [](const std::string& path) {
               return OpenSqliteLedger(path, LedgerSync::kEachCommit);
             }},
        Kind{"Postgres", [](const TempDirectory&) { return NewPostgresDatabase(); },
             [](const std::string& conninfo) { return OpenPostgresLedger(conninfo); }}),
    [](const ::testing::TestParamInfo<Kind>& info) { return info.param.name; });

TEST_P(LedgerTest, ADecisionComesBackWholeAfterARestart) {
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "", "")));
  Open();
  ASSERT_OK_AND_ASSIGN(const Decision decision, log_->Get(context_, "dec_1"));
  const Decision wanted = Escalated("dec_1").decision;
  EXPECT_EQ(decision.decided_at, wanted.decided_at);
  EXPECT_EQ(decision.reason, wanted.reason);
  EXPECT_EQ(decision.explanation, wanted.explanation);
  EXPECT_EQ(decision.to_model, "deep");
  EXPECT_EQ(decision.cost.nano_usd, 300);
  EXPECT_EQ(decision.latency, wanted.latency);
  EXPECT_EQ(decision.overhead, wanted.overhead);
  ASSERT_THAT(decision.attempts, SizeIs(2));
  ASSERT_THAT(decision.attempts[0].checks, SizeIs(2));
  EXPECT_EQ(decision.attempts[0].checks[1].name, "known_state");
  EXPECT_EQ(decision.attempts[0].checks[1].result, CheckResult::kFailed);
  EXPECT_EQ(decision.attempts[1].usage.output_reasoning_tokens, 2);
  EXPECT_TRUE(decision.attempts[1].usage.estimated);
  EXPECT_EQ(decision.attempts[1].empty_cause, "stop_empty");
  EXPECT_EQ(decision.attempts[1].time_to_first_text, absl::Milliseconds(2));
  EXPECT_FALSE(decision.attempts[0].time_to_first_text.has_value());
  EXPECT_TRUE(decision.cascade_dearer);
}

TEST_P(LedgerTest, AnAnswerIsKeptUnderItsKeyOnce) {
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "key", "print")));
  EXPECT_THAT(Wait(log_->Append(context_, Escalated("dec_2"), "key", "print")),
              StatusIs(absl::StatusCode::kAlreadyExists));
  Open();
  ASSERT_OK_AND_ASSIGN(const StoredAnswer stored, log_->FindAnswer(context_, "key"));
  EXPECT_EQ(stored.answer.text, "{\"answer\": true}");
  EXPECT_EQ(stored.answer.decision.id, "dec_1");
  EXPECT_EQ(stored.fingerprint, "print");
  EXPECT_THAT(log_->Get(context_, "dec_2"), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const Spend spend, log_->SumSpend(context_, {}));
  EXPECT_EQ(spend.total.model_calls, 2);
}

TEST_P(LedgerTest, AnswersThatAreForgottenLeaveTheirCost) {
  Answer about = Escalated("dec_1", "birch");
  about.decision.attribution.call_id = "c1";
  ASSERT_OK(Wait(log_->Append(context_, about, "key-1", "print")));
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_2", "birch"), "key-2", "print")));
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_3", "oak"), "key-3", "print")));
  ASSERT_OK(Wait(log_->Append(other_tenant_, Escalated("dec_1", "birch"), "key-1", "print")));
  ASSERT_OK_AND_ASSIGN(const Spend before, log_->SumSpend(context_, {}));
  EXPECT_THAT(log_->ForgetAnswers(context_, "birch", "c1"), IsOkAndHolds(1));
  EXPECT_THAT(log_->FindAnswer(context_, "key-1"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(log_->FindAnswer(context_, "key-2").status());
  EXPECT_THAT(log_->ForgetAnswers(context_, "birch", ""), IsOkAndHolds(2));
  EXPECT_THAT(log_->FindAnswer(context_, "key-2"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(log_->FindAnswer(context_, "key-3").status());
  EXPECT_OK(log_->FindAnswer(other_tenant_, "key-1").status());
  ASSERT_OK_AND_ASSIGN(const Decision left, log_->Get(context_, "dec_1"));
  EXPECT_EQ(left.explanation, "");
  ASSERT_THAT(left.attempts, SizeIs(2));
  EXPECT_THAT(left.attempts[0].checks, IsEmpty()) << "what they say may quote";
  EXPECT_EQ(left.outcome, about.decision.outcome);
  ASSERT_OK_AND_ASSIGN(const Spend after, log_->SumSpend(context_, {}));
  EXPECT_EQ(after.total.cost.nano_usd, before.total.cost.nano_usd);
  EXPECT_OK(Wait(log_->Append(context_, Escalated("dec_9"), "key-1", "print"))) << "as if new";
}

TEST_P(LedgerTest, DecisionsGoWithTheirModelCallsWhenTheirTimeIsOver) {
  for (int day = 1; day <= 5; ++day) {
    Answer answer = Escalated(absl::StrCat("dec-", day));
    answer.decision.decided_at = kNoon + absl::Hours(24) * day;
    ASSERT_OK(Wait(log_->Append(context_, answer, "", "")));
  }
  ASSERT_OK(Wait(log_->Append(other_tenant_, Escalated("dec-0"), "", "")));
  LedgerRetention retention(*log_);
  EXPECT_THAT(retention.Tenants(context_), IsOkAndHolds(ElementsAre("default", "other")));
  const absl::Time before = kNoon + absl::Hours(24) * 4;
  EXPECT_THAT(retention.Count(context_, retention::kDecisions, before), IsOkAndHolds(3));
  ASSERT_OK_AND_ASSIGN(const retention::Batch first,
                       retention.Erase(context_, retention::kDecisions, before, 2));
  EXPECT_EQ(first.erased, 2);
  EXPECT_TRUE(first.more);
  ASSERT_OK_AND_ASSIGN(const retention::Batch second,
                       retention.Erase(context_, retention::kDecisions, before, 2));
  EXPECT_EQ(second.erased, 1);
  EXPECT_FALSE(second.more);
  ASSERT_OK_AND_ASSIGN(const DecisionPage left, log_->List(context_, {.page_size = 10}));
  ASSERT_THAT(left.decisions, SizeIs(2));
  EXPECT_EQ(left.decisions[1].id, "dec-4") << "decided at that very time";
  ASSERT_OK_AND_ASSIGN(const Spend spend, log_->SumSpend(context_, {}));
  EXPECT_EQ(spend.total.cost.nano_usd, 2 * 300);
  EXPECT_THAT(log_->List(other_tenant_, {.page_size = 10})->decisions, SizeIs(1));
}

TEST_P(LedgerTest, TenantsSeeTheirOwnOnly) {
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "key", "print")));
  EXPECT_THAT(log_->Get(other_tenant_, "dec_1"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(log_->FindAnswer(other_tenant_, "key"), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const DecisionPage page, log_->List(other_tenant_, {}));
  EXPECT_THAT(page.decisions, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const Spend spend, log_->SumSpend(other_tenant_, {}));
  EXPECT_EQ(spend.total.model_calls, 0);
  EXPECT_OK(Wait(log_->Append(other_tenant_, Escalated("dec_1"), "key", "print")));
}

TEST_P(LedgerTest, EachOfManyDecisionsHasItsOwnModelCalls) {
  constexpr int kDecisions = 70;
  for (int i = 0; i < kDecisions; ++i) {
    Answer answer = Escalated(absl::StrCat("dec_", i));
    answer.decision.attempts.resize(i % 3);
    for (Attempt& attempt : answer.decision.attempts) attempt.explanation = answer.decision.id;
    ASSERT_OK(Wait(log_->Append(context_, answer, "", "")));
  }
  ASSERT_OK_AND_ASSIGN(const DecisionPage page, log_->List(context_, {.page_size = 100}));
  ASSERT_THAT(page.decisions, SizeIs(kDecisions));
  for (int i = 0; i < kDecisions; ++i) {
    const Decision& decision = page.decisions[static_cast<size_t>(kDecisions - 1 - i)];
    EXPECT_EQ(decision.id, absl::StrCat("dec_", i));
    EXPECT_THAT(
        decision.attempts,
        AllOf(SizeIs(i % 3), Each(Field("explanation", &Attempt::explanation, decision.id))));
  }
}

TEST_P(LedgerTest, PagesRunFromNewestToOldestWithoutGaps) {
  for (int i = 1; i <= 5; ++i) {
    Answer answer = Escalated(absl::StrCat("dec_", i));
    answer.decision.attempts[0].explanation = absl::StrCat("of dec_", i);
    ASSERT_OK(Wait(log_->Append(context_, answer, "", "")));
  }
  std::string seen;
  DecisionFilter filter{.page_size = 2};
  do {
    ASSERT_OK_AND_ASSIGN(const DecisionPage page, log_->List(context_, filter));
    for (const Decision& decision : page.decisions) {
      absl::StrAppend(&seen, decision.id, " ");
      ASSERT_THAT(decision.attempts, SizeIs(2));
      EXPECT_EQ(decision.attempts[0].explanation, "of " + decision.id);
    }
    filter.page_token = page.next_page_token;
  } while (!filter.page_token.empty());
  EXPECT_EQ(seen, "dec_5 dec_4 dec_3 dec_2 dec_1 ");
  EXPECT_THAT(log_->List(context_, {.page_token = "x"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_P(LedgerTest, ListsAreFiltered) {
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1", "birch"), "", "")));
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_2", "cedar"), "", "")));
  ASSERT_OK_AND_ASSIGN(const DecisionPage cedar, log_->List(context_, {.customer_id = "cedar"}));
  ASSERT_THAT(cedar.decisions, SizeIs(1));
  EXPECT_EQ(cedar.decisions[0].id, "dec_2");
  ASSERT_OK_AND_ASSIGN(const DecisionPage emails,
                       log_->List(context_, {.task = TaskKind::kWriteEmail}));
  EXPECT_THAT(emails.decisions, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const DecisionPage later,
                       log_->List(context_, {.since = kNoon + absl::Seconds(1)}));
  EXPECT_THAT(later.decisions, IsEmpty());
}

TEST_P(LedgerTest, SpendIsSummedFromModelCalls) {
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1", "birch"), "", "")));
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_2", "cedar"), "", "")));
  ASSERT_OK_AND_ASSIGN(const Spend models,
                       log_->SumSpend(context_, {.group_by = SpendGroup::kModel}));
  ASSERT_THAT(models.rows, SizeIs(2));
  EXPECT_EQ(models.rows[0].key, "deep");
  EXPECT_EQ(models.rows[0].cost.nano_usd, 400);
  EXPECT_EQ(models.rows[0].unused_model_calls, 0);
  EXPECT_FALSE(models.rows[0].baseline_cost.has_value());
  EXPECT_EQ(models.rows[1].unused_model_calls, 2);
  EXPECT_EQ(models.total.cost.nano_usd, 600);
  ASSERT_TRUE(models.total.baseline_cost.has_value());
  EXPECT_EQ(models.total.baseline_cost->nano_usd, 400);
  EXPECT_EQ(models.total.usage.input_cached_tokens, 6);

  ASSERT_OK_AND_ASSIGN(const Spend days, log_->SumSpend(context_, {.group_by = SpendGroup::kDay}));
  ASSERT_THAT(days.rows, SizeIs(1));
  EXPECT_EQ(days.rows[0].key, "2026-03-04");
  ASSERT_OK_AND_ASSIGN(const Spend tasks,
                       log_->SumSpend(context_, {.group_by = SpendGroup::kTask}));
  EXPECT_EQ(tasks.rows[0].key, "analyze_call");
  ASSERT_OK_AND_ASSIGN(const Spend reasons,
                       log_->SumSpend(context_, {.group_by = SpendGroup::kReason}));
  ASSERT_THAT(reasons.rows, SizeIs(1)) << "of the stronger model's calls alone";
  EXPECT_EQ(reasons.rows[0].key, "known_state_conflict");
  EXPECT_EQ(reasons.rows[0].cost.nano_usd, 400);
  EXPECT_EQ(reasons.total.cost.nano_usd, 600);
  ASSERT_OK_AND_ASSIGN(const Spend outcomes,
                       log_->SumSpend(context_, {.group_by = SpendGroup::kOutcome}));
  ASSERT_THAT(outcomes.rows, SizeIs(2));
  EXPECT_EQ(outcomes.rows[0].key, "accepted");
  EXPECT_EQ(outcomes.rows[1].key, "rejected");
  EXPECT_EQ(outcomes.rows[1].cost.nano_usd, 200);
  EXPECT_FALSE(outcomes.rows[1].baseline_cost.has_value());
  ASSERT_OK_AND_ASSIGN(const Spend birch, log_->SumSpend(context_, {.customer_id = "birch"}));
  EXPECT_EQ(birch.total.cost.nano_usd, 300);
  ASSERT_OK_AND_ASSIGN(const Spend before, log_->SumSpend(context_, {.until = kNoon}));
  EXPECT_EQ(before.total.model_calls, 0);
}

TEST_P(LedgerTest, WhatItGainsIsSummedFromANumberOnForAllTenants) {
  ASSERT_OK_AND_ASSIGN(const int64_t none, log_->FindNewestSequence(context_));
  EXPECT_EQ(none, 0);
  const int64_t cost = Escalated("dec_1").decision.cost.nano_usd;
  ASSERT_GT(cost, 0);
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "", "")));
  ASSERT_OK_AND_ASSIGN(const int64_t first, log_->FindNewestSequence(context_));
  ASSERT_OK(Wait(log_->Append(other_tenant_, Escalated("dec_2"), "", "")));
  ASSERT_OK_AND_ASSIGN(const LedgerGrowth all, log_->SumGrowthAfter(context_, 0, first));
  EXPECT_EQ(all.nano_usd, 2 * cost);
  EXPECT_EQ(all.until_nano_usd, cost);
  ASSERT_OK_AND_ASSIGN(const LedgerGrowth none_since,
                       log_->SumGrowthAfter(context_, all.newest_sequence, all.newest_sequence));
  EXPECT_EQ(none_since.nano_usd, 0);
  EXPECT_EQ(none_since.newest_sequence, all.newest_sequence);
}

TEST_P(LedgerTest, TheSameDecisionAgainChangesNothing) {
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "", "")));
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "", "")));
  ASSERT_OK_AND_ASSIGN(const Spend spend, log_->SumSpend(context_, {}));
  EXPECT_EQ(spend.total.model_calls, 2);
}

TEST_P(LedgerTest, WhatAProviderSendsIsKeptThoughItIsNoUtf8) {
  Answer answer = Escalated("dec_1");
  answer.text = std::string("caf\xE9 \0 ok", 9);
  answer.decision.explanation = "\xFF said the model";
  ASSERT_OK(Wait(log_->Append(context_, answer, "key", "print")));
  ASSERT_OK_AND_ASSIGN(const StoredAnswer stored, log_->FindAnswer(context_, "key"));
  EXPECT_EQ(stored.answer.text, "caf\xEF\xBF\xBD \xEF\xBF\xBD ok");
  EXPECT_EQ(stored.answer.decision.explanation, "\xEF\xBF\xBD said the model");
}

TEST_P(LedgerTest, EconomicsTellWhetherDraftingPays) {
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "", "")));
  Answer accepted = Escalated("dec_2");
  accepted.decision.outcome = DecisionOutcome::kAccepted;
  accepted.decision.cost = {.nano_usd = 50};
  ASSERT_OK(Wait(log_->Append(context_, accepted, "", "")));
  ASSERT_OK_AND_ASSIGN(const Spend spend, log_->SumSpend(context_, {}));
  ASSERT_THAT(spend.economics, SizeIs(1));
  EXPECT_EQ(spend.economics[0].decisions, 2);
  EXPECT_EQ(spend.economics[0].escalated, 1);
  EXPECT_EQ(spend.economics[0].cost.nano_usd, 350);
  EXPECT_EQ(spend.economics[0].baseline_cost.nano_usd, 400);
  EXPECT_FALSE(spend.economics[0].Dearer());
  EXPECT_EQ(spend.economics[0].median_nano_usd, 50);
  EXPECT_EQ(spend.economics[0].p95_nano_usd, 300);
  ASSERT_OK_AND_ASSIGN(const Spend tenants,
                       log_->SumSpend(context_, {.group_by = SpendGroup::kTenant}));
  ASSERT_THAT(tenants.rows, SizeIs(1));
  EXPECT_EQ(tenants.rows[0].key, "default");
}

// A budget of 1,000 nano-dollars a day and 3 requests.
std::vector<BudgetAccount> DayBudget(absl::Time now) {
  return AccountsOf({{.name = "daily", .limit_nano_usd = 1000, .limit_requests = 3}}, "default", {},
                    now);
}

Reservation Of(const std::string& id, int64_t nano_usd, absl::Time expires_at) {
  return {.id = id, .nano_usd = nano_usd, .counts_request = true, .expires_at = expires_at};
}

TEST_P(LedgerTest, MoneyIsSetAsideThenExchangedForWhatWasSpent) {
  const Context now = At(kNoon);
  const std::vector<BudgetAccount> accounts = DayBudget(kNoon);
  const absl::Time lease = kNoon + absl::Minutes(1);
  ASSERT_OK(log_->Reserve(now, accounts, Of("dec_1", 600, lease)));
  const absl::Status full = log_->Reserve(now, accounts, Of("dec_2", 600, lease));
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("\"daily\"")));
  EXPECT_EQ(Reason(full), kBudgetExhausted);
  EXPECT_EQ(RetryAfter(full), absl::Seconds(1));  // what others hold may come back

  Answer answer = Escalated("dec_1");
  answer.decision.budget_accounts = {accounts[0].key};
  ASSERT_OK(Wait(log_->Append(now, answer, "", "")));
  ASSERT_OK(Wait(log_->Append(now, answer, "", "")));  // charged once
  Open();
  ASSERT_OK_AND_ASSIGN(const std::vector<BudgetState> states, log_->States(now, accounts));
  EXPECT_EQ(states[0].spent_nano_usd, 300);
  EXPECT_EQ(states[0].reserved_nano_usd, 0);
  EXPECT_EQ(states[0].requests, 1);

  const absl::Status spent = log_->Reserve(now, accounts, Of("dec_3", 800, lease));
  EXPECT_EQ(RetryAfter(spent), absl::Hours(12));  // midnight
  ASSERT_OK(log_->Reserve(now, DayBudget(kNoon + absl::Hours(12)), Of("dec_4", 800, lease)));
}

TEST_P(LedgerTest, AQuotaCountsRequests) {
  const Context now = At(kNoon);
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(log_->Reserve(now, DayBudget(kNoon), Of(absl::StrCat(i), 1, kNoon + absl::Hours(1))));
  }
  const absl::Status full =
      log_->Reserve(now, DayBudget(kNoon), Of("4", 1, kNoon + absl::Hours(1)));
  EXPECT_EQ(Reason(full), kQuotaExhausted);
  // A further call of a request that was counted is no further request.
  Reservation more = Of("1", 1, kNoon + absl::Hours(1));
  more.counts_request = false;
  EXPECT_OK(log_->Reserve(now, DayBudget(kNoon), more));
}

TEST_P(LedgerTest, WhatACrashLeftReservedComesBackWithTheEndOfItsLease) {
  ASSERT_OK(log_->Reserve(At(kNoon), DayBudget(kNoon), Of("dec_1", 900, kNoon + absl::Minutes(1))));
  Open();  // and nobody settles
  EXPECT_FALSE(log_->Reserve(At(kNoon + absl::Seconds(59)), DayBudget(kNoon),
                             Of("dec_2", 900, kNoon + absl::Hours(1)))
                   .ok());
  EXPECT_OK(log_->Reserve(At(kNoon + absl::Minutes(1)), DayBudget(kNoon),
                          Of("dec_3", 900, kNoon + absl::Hours(1))));
  // The late one is charged all the same.
  Answer late = Escalated("dec_1");
  late.decision.budget_accounts = {DayBudget(kNoon)[0].key};
  ASSERT_OK(Wait(log_->Append(context_, late, "", "")));
  ASSERT_OK_AND_ASSIGN(const std::vector<BudgetState> states,
                       log_->States(context_, DayBudget(kNoon)));
  EXPECT_EQ(states[0].spent_nano_usd, 300);
  EXPECT_EQ(states[0].reserved_nano_usd, 900);
}

TEST_P(LedgerTest, RequestsSideBySideCannotOverspend) {
  const Context now = At(kNoon);
  const std::vector<BudgetAccount> accounts =
      AccountsOf({{.name = "daily", .limit_nano_usd = 1000}}, "default", {}, kNoon);
  std::atomic<int> granted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        granted +=
            log_->Reserve(now, accounts, Of(absl::StrCat(i, "-", j), 100, kNoon + absl::Hours(1)))
                .ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted, 10);
}

TEST_P(LedgerTest, AnAnswerIsFoundAtOnceUnderAKeyThatWasFree) {
  EXPECT_THAT(log_->FindAnswer(context_, "key"), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(Wait(log_->Append(context_, Escalated("dec_1"), "key", "print")));
  ASSERT_OK_AND_ASSIGN(const StoredAnswer stored, log_->FindAnswer(context_, "key"));
  EXPECT_EQ(stored.answer.decision.id, "dec_1");
  EXPECT_EQ(stored.answer.text, "{\"answer\": true}");
  EXPECT_THAT(log_->FindAnswer(other_tenant_, "key"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Wait(log_->Append(context_, Escalated("dec_2"), "key", "print")),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace throughline::router
