// What an older router kept is read by this one.
#include <gtest/gtest.h>

#include <string>

#include "absl/types/span.h"
#include "common/storage/sqlite.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/store/decision_schema.h"
#include "services/router/store/open_ledger.h"

namespace throughline::router {
namespace {

TEST(LedgerMigration, DecisionsAndCallsOfAnEarlierSchemaStay) {
  TempDirectory directory;
  const std::string path = directory.File("router.db");
  const Context context = Context::Background();
  {
    ASSERT_OK_AND_ASSIGN(const auto old,
                         storage::SqliteDatabase::Open(
                             {.path = path}, absl::MakeConstSpan(kDecisionMigrations).first(2)));
    ASSERT_OK(old->Write(context, [](storage::SqliteConnection& connection) {
      connection.Execute(
          "INSERT INTO decisions (tenant, id, decided_at_us, task, customer_id, call_id, outcome, "
          "reason, explanation, from_model, to_model, draft_score, threshold, difficulty, "
          "cost_nano_usd, cost_unpriced, baseline_nano_usd, baseline_unpriced, latency_us, "
          "overhead_us, policy_version, idempotency_key, fingerprint, answer, cascade_dearer) "
          "VALUES "
          "('default', 'dec_1', 1, 1, 'birch', 'c1', 1, 1, 'fine', 'a', 'a', 0.9, 0.7, 0.1, 700, "
          "0, "
          "900, 0, 5, 1, 'v', 'key', 'print', 'Paris.', 1)");
      connection.Execute(
          "INSERT INTO attempts (decision, position, model, provider, role, outcome, reason, "
          "checks, "
          "score, input_uncached_tokens, input_cached_tokens, output_visible_tokens, "
          "output_reasoning_tokens, estimated, cost_nano_usd, cost_unpriced, latency_us, "
          "explanation, empty_cause, first_text_us) VALUES "
          "(1, 0, 'a', 'p', 1, 1, 1, '[]', 0.9, 10, 0, 5, 0, 0, 700, 0, 5, 'fine', 'stop_empty', "
          "3)");
      return absl::OkStatus();
    }));
  }
  ASSERT_OK_AND_ASSIGN(const auto ledger, OpenSqliteLedger(path));
  ASSERT_OK_AND_ASSIGN(const StoredAnswer stored, ledger->FindAnswer(context, "key"));
  EXPECT_EQ(stored.answer.text, "Paris.");
  EXPECT_EQ(stored.fingerprint, "print");
  const Decision& decision = stored.answer.decision;
  EXPECT_EQ(decision.id, "dec_1");
  EXPECT_EQ(decision.cost.nano_usd, 700);
  EXPECT_TRUE(decision.cascade_dearer);
  ASSERT_EQ(decision.attempts.size(), 1u);
  EXPECT_EQ(decision.attempts[0].empty_cause, "stop_empty");
  EXPECT_EQ(decision.attempts[0].time_to_first_text, absl::Microseconds(3));
  EXPECT_THAT(Wait(ledger->Append(context, stored.answer, "", "")), IsOk());  // is there already
  ASSERT_OK_AND_ASSIGN(const Spend spend, ledger->SumSpend(context, {.customer_id = "birch"}));
  EXPECT_EQ(spend.total.model_calls, 1);
}

}  // namespace
}  // namespace throughline::router
