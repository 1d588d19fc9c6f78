// The ledger in a file: what processes that die, share it, or were set up otherwise leave there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/errors.h"
#include "common/testing/child_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/store/append_journal.h"
#include "services/router/store/decision_for_tests.h"
#include "services/router/store/ledger_rows.h"
#include "services/router/store/open_ledger.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;

std::string KeyOf(int decision) { return decision % 2 == 0 ? "" : absl::StrCat("key_", decision); }

constexpr char kLedgerVariable[] = "THROUGHLINE_TEST_LEDGER";
constexpr char kKept[] = "kept ";

// Run by the next test, as a process of its own: a fork of this one would have none of its threads.
// Keeps decisions until it is killed, every second one under a key that it has looked for, and says
// which.
TEST(Ledger, DISABLED_KeepsDecisionsUntilItIsKilled) {
  const char* const path = std::getenv(kLedgerVariable);
  ASSERT_NE(path, nullptr);
  const Context context = Context::Background();
  ASSERT_OK_AND_ASSIGN(const auto log, OpenSqliteLedger(path));
  for (int i = 0;; ++i) {
    const std::string key = KeyOf(i);
    if (!key.empty()) {
      ASSERT_THAT(log->FindAnswer(context, key), StatusIs(absl::StatusCode::kNotFound));
    }
    ASSERT_OK(Wait(log->Append(context, Escalated(absl::StrCat("dec_", i)), key, "print")));
    std::cout << kKept << i << '\n' << std::flush;
  }
}

// The last decision that the process has reported as kept; -1 when there is none.
int LastKept(absl::string_view output) {
  int last = -1;
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    int number = 0;
    if (absl::SimpleAtoi(absl::StripPrefix(line, kKept), &number)) last = number;
  }
  return last;
}

// A process that is killed while it writes has lost nothing that it reported as kept.
TEST(Ledger, KillingTheProcessLosesNoSettledRow) {
  TempDirectory directory;
  const std::string path = directory.File("router.db");
  constexpr int kEnough = 300;
  ASSERT_OK_AND_ASSIGN(
      const auto child,
      ChildProcess::Start(
          {.command = {std::filesystem::read_symlink("/proc/self/exe"),
                       "--gtest_filter=Ledger.DISABLED_KeepsDecisionsUntilItIsKilled",
                       "--gtest_also_run_disabled_tests"},
           .environment = {{kLedgerVariable, path}}}));
  ASSERT_OK(child->WaitForLine(absl::StrCat(kKept, kEnough), absl::Seconds(60)).status());
  child->Signal(SIGKILL);
  EXPECT_THAT(child->Wait(absl::Seconds(10)), IsOkAndHolds(128 + SIGKILL));
  const std::string output = child->Stdout();
  // What was cut off in the middle was not reported.
  const int last = LastKept(absl::string_view(output).substr(0, output.rfind('\n')));
  ASSERT_GE(last, kEnough);
  ASSERT_OK_AND_ASSIGN(const auto log, OpenSqliteLedger(path));
  for (int i = 0; i <= last; ++i) {
    EXPECT_OK(log->Get(Context::Background(), absl::StrCat("dec_", i))) << i;
    if (KeyOf(i).empty()) continue;
    EXPECT_OK(log->FindAnswer(Context::Background(), KeyOf(i))) << i;
  }
}

// The ledger that syncs each decision keeps no journal, but writes out one that is there.
TEST(Ledger, WhatAnotherSettingLeftInTheJournalIsKept) {
  TempDirectory directory;
  const std::string path = directory.File("router.db");
  ASSERT_OK(OpenSqliteLedger(path).status());
  {
    ASSERT_OK_AND_ASSIGN(const auto journal, AppendJournal::Open(path + ".pending"));
    ASSERT_TRUE(journal->Append(Encode(RowsOf("default", Escalated("dec_1"), "", ""))));
  }
  ASSERT_OK_AND_ASSIGN(const auto log, OpenSqliteLedger(path, LedgerSync::kEachCommit));
  EXPECT_OK(log->Get(Context::Background(), "dec_1"));
}

TEST(Ledger, TwoProcessesMayShareAFile) {
  TempDirectory directory;
  const std::string path = directory.File("router.db");
  ASSERT_OK_AND_ASSIGN(const auto first, OpenSqliteLedger(path));
  ASSERT_OK_AND_ASSIGN(const auto second, OpenSqliteLedger(path));  // without a journal
  ASSERT_OK(Wait(second->Append(Context::Background(), Escalated("dec_1"), "", "")));
  EXPECT_OK(first->Get(Context::Background(), "dec_1"));
}

TEST(Ledger, WhoFindsAKeyTakenStillHasItsCostOnRecord) {
  TempDirectory directory;
  const std::string path = directory.File("router.db");
  const Context context = Context::Background();
  ASSERT_OK_AND_ASSIGN(auto first, OpenSqliteLedger(path));
  ASSERT_OK_AND_ASSIGN(const auto second, OpenSqliteLedger(path));  // without a journal
  EXPECT_THAT(first->FindAnswer(context, "key"), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(Wait(second->Append(context, Escalated("dec_2"), "key", "print")));
  ASSERT_OK(Wait(first->Append(context, Escalated("dec_1"), "key", "print")));
  ASSERT_OK_AND_ASSIGN(const Spend spend, first->SumSpend(context, {}));
  EXPECT_EQ(spend.total.model_calls, 4);
  EXPECT_EQ(first->FindAnswer(context, "key")->answer.decision.id, "dec_2");
}

TEST(Ledger, AJournalOfAnotherVersionIsNotGuessedAt) {
  TempDirectory directory;
  const std::string path = directory.File("router.db");
  {
    ASSERT_OK_AND_ASSIGN(const auto journal, AppendJournal::Open(path + ".pending"));
    ASSERT_TRUE(journal->Append("something else"));
  }
  EXPECT_THAT(OpenSqliteLedger(path).status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("start the version that wrote it")));
}

TEST(Ledger, ADirectoryThatIsNotThereIsNamed) {
  EXPECT_THAT(OpenSqliteLedger("/nonexistent/router.db").status(), ::testing::Not(IsOk()));
}

}  // namespace
}  // namespace throughline::router
