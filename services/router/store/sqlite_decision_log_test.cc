#include "services/router/store/sqlite_decision_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kNoon = absl::FromCivil(absl::CivilHour(2026, 3, 4, 12), absl::UTCTimeZone());

// An escalated decision with two model calls.
Answer Escalated(const std::string& id, const std::string& customer = "birch") {
  Decision decision{.id = id,
                    .decided_at = kNoon,
                    .task = TaskKind::kAnalyzeCall,
                    .attribution = {.customer_id = customer, .call_id = "call-1"},
                    .outcome = DecisionOutcome::kEscalated,
                    .reason = DecisionReason::kKnownStateConflict,
                    .explanation = "Open before the call and not accounted for: price.",
                    .from_model = "fast",
                    .to_model = "deep",
                    .draft_score = 0.4,
                    .threshold = 0.72,
                    .difficulty = 0.1,
                    .cost = {.nano_usd = 300},
                    .baseline_cost = {.nano_usd = 200},
                    .latency = absl::Milliseconds(7),
                    .overhead = absl::Microseconds(90),
                    .policy_version = "v1"};
  decision.attempts.push_back({.model = "fast",
                               .provider = "builtin",
                               .outcome = AttemptOutcome::kRejected,
                               .reason = DecisionReason::kKnownStateConflict,
                               .checks = {{"integrity", CheckResult::kPassed, ""},
                                          {"known_state", CheckResult::kFailed, "price"}},
                               .usage = {.input_uncached_tokens = 10, .output_visible_tokens = 5},
                               .cost = {.nano_usd = 100}});
  decision.attempts.push_back({.model = "deep",
                               .provider = "builtin",
                               .role = AttemptRole::kEscalation,
                               .outcome = AttemptOutcome::kAccepted,
                               .reason = DecisionReason::kChecksPassed,
                               .score = 0.9,
                               .usage = {.input_uncached_tokens = 10,
                                         .input_cached_tokens = 3,
                                         .output_visible_tokens = 6,
                                         .output_reasoning_tokens = 2,
                                         .estimated = true},
                               .cost = {.nano_usd = 200},
                               .latency = absl::Milliseconds(5)});
  return {.text = "{\"answer\": true}", .decision = decision};
}

class SqliteDecisionLogTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    log_.reset();
    ASSERT_OK_AND_ASSIGN(log_, SqliteDecisionLog::Open(directory_.File("router.db")));
  }

  TempDirectory directory_;
  std::unique_ptr<SqliteDecisionLog> log_;
  const Context context_ = Context::Background();
  const Context other_tenant_{{.tenant = "other"}};
};

TEST_F(SqliteDecisionLogTest, ADecisionComesBackWholeAfterARestart) {
  ASSERT_OK(log_->Append(context_, Escalated("dec_1"), "", ""));
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
}

TEST_F(SqliteDecisionLogTest, AnAnswerIsKeptUnderItsKeyOnce) {
  ASSERT_OK(log_->Append(context_, Escalated("dec_1"), "key", "print"));
  EXPECT_THAT(log_->Append(context_, Escalated("dec_2"), "key", "print"),
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

TEST_F(SqliteDecisionLogTest, TenantsSeeTheirOwnOnly) {
  ASSERT_OK(log_->Append(context_, Escalated("dec_1"), "key", "print"));
  EXPECT_THAT(log_->Get(other_tenant_, "dec_1"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(log_->FindAnswer(other_tenant_, "key"), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const DecisionPage page, log_->List(other_tenant_, {}));
  EXPECT_THAT(page.decisions, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const Spend spend, log_->SumSpend(other_tenant_, {}));
  EXPECT_EQ(spend.total.model_calls, 0);
  EXPECT_OK(log_->Append(other_tenant_, Escalated("dec_1"), "key", "print"));
}

TEST_F(SqliteDecisionLogTest, PagesRunFromNewestToOldestWithoutGaps) {
  for (int i = 1; i <= 5; ++i) {
    ASSERT_OK(log_->Append(context_, Escalated(absl::StrCat("dec_", i)), "", ""));
  }
  std::string seen;
  DecisionFilter filter{.page_size = 2};
  do {
    ASSERT_OK_AND_ASSIGN(const DecisionPage page, log_->List(context_, filter));
    for (const Decision& decision : page.decisions) absl::StrAppend(&seen, decision.id, " ");
    filter.page_token = page.next_page_token;
  } while (!filter.page_token.empty());
  EXPECT_EQ(seen, "dec_5 dec_4 dec_3 dec_2 dec_1 ");
  EXPECT_THAT(log_->List(context_, {.page_token = "x"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_F(SqliteDecisionLogTest, ListsAreFiltered) {
  ASSERT_OK(log_->Append(context_, Escalated("dec_1", "birch"), "", ""));
  ASSERT_OK(log_->Append(context_, Escalated("dec_2", "cedar"), "", ""));
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

TEST_F(SqliteDecisionLogTest, SpendIsSummedFromModelCalls) {
  ASSERT_OK(log_->Append(context_, Escalated("dec_1", "birch"), "", ""));
  ASSERT_OK(log_->Append(context_, Escalated("dec_2", "cedar"), "", ""));
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
  ASSERT_OK_AND_ASSIGN(const Spend birch, log_->SumSpend(context_, {.customer_id = "birch"}));
  EXPECT_EQ(birch.total.cost.nano_usd, 300);
  ASSERT_OK_AND_ASSIGN(const Spend before, log_->SumSpend(context_, {.until = kNoon}));
  EXPECT_EQ(before.total.model_calls, 0);
}

TEST(SqliteDecisionLog, ADirectoryThatIsNotThereIsNamed) {
  EXPECT_THAT(SqliteDecisionLog::Open("/nonexistent/router.db").status(), ::testing::Not(IsOk()));
}

}  // namespace
}  // namespace throughline::router
