#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/testing/child_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/memory/domain/facts_for_tests.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/sqlite_store.h"
#include "services/memory/store/stores_for_tests.h"

// What was acknowledged survives kill -9, and nothing is there twice or by half.
namespace throughline::memory {
namespace {

using ::testing::SizeIs;

constexpr int kFactsPerWrite = 3;
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr char kDirectory[] = "THROUGHLINE_CRASH_DIRECTORY";
constexpr char kFirst[] = "THROUGHLINE_CRASH_FIRST";

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Write `number`: facts of its own, a value that supersedes, and a version of the profile.
RetainCommand WriteOf(int number) {
  const std::string call = absl::StrCat("call-", number);
  RetainCommand command = OfCall(call, Day(3, 3) + absl::Minutes(number), {});
  for (int i = 1; i < kFactsPerWrite; ++i) {
    command.facts.push_back(
        PlainFact(absl::StrCat("Fact ", i, " of call ", number, "."), Said(call, i, "said")));
  }
  command.facts.push_back(
      ValueFact("price", absl::StrCat("$", number), Said(call, kFactsPerWrite, "said")));
  command.profile_changes = deal::CustomerProfile{
      .budget = deal::ProfileEntry{.text = absl::StrCat("$", number),
                                   .evidence = Said(call, kFactsPerWrite, "said")}};
  command.idempotency_key = call;
  return command;
}

// Checks that the customer is what writes 0 to n-1 make of it, for an n of at least `acknowledged`,
// and returns n.
int CheckStore(MemoryStore& store, int acknowledged) {
  Memory memory(store, Clock::Real(), {});
  const Context context = Context::Background();
  const absl::StatusOr<int64_t> version = memory.Version(context, "acme");
  EXPECT_OK(version.status());
  const int writes = static_cast<int>(version.value_or(0));
  EXPECT_GE(writes, acknowledged);
  EXPECT_LE(writes, acknowledged + 1) << "one write at most was under way";
  if (writes == 0) return 0;
  const absl::StatusOr<Archive> archive = memory.Export(context, "acme");
  EXPECT_OK(archive.status());
  std::map<std::string, int> facts_of_call;
  std::set<std::string> texts;
  for (const FactRow& row : archive->facts) {
    ++facts_of_call[row.call_id];
    EXPECT_TRUE(texts.insert(row.fact.text).second) << row.fact.text << " is there twice";
  }
  EXPECT_THAT(facts_of_call, SizeIs(writes));
  for (const auto& [call, facts] : facts_of_call) EXPECT_EQ(facts, kFactsPerWrite) << call;
  EXPECT_THAT(archive->contributions, SizeIs(writes));
  EXPECT_THAT(archive->profiles, SizeIs(writes));
  EXPECT_EQ(archive->head.current_facts, writes * (kFactsPerWrite - 1) + 1);
  EXPECT_EQ(memory.GetProfile(context, "acme", 0)->budget->text, absl::StrCat("$", writes - 1));
  return writes;
}

// Not a test: what the process that gets killed does. It says the number of each write that was
// acknowledged.
TEST(CrashWriter, DISABLED_RetainsUntilKilled) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<store::SqliteStore> store,
                       store::SqliteStore::Open(Variable(kDirectory) + "/memory.db"));
  Memory memory(*store, Clock::Real(), {});
  int number = 0;
  ASSERT_TRUE(absl::SimpleAtoi(Variable(kFirst), &number));
  constexpr int kMaxWrites = 100000;
  for (const int last = number + kMaxWrites; number < last; ++number) {
    ASSERT_OK(memory.Retain(Context::Background(), "acme", WriteOf(number)).status());
    std::printf("acknowledged %d\n", number);
    std::fflush(stdout);
  }
}

int CountAcknowledged(const std::string& output, int before) {
  int acknowledged = before;
  const std::string complete = output.substr(0, output.rfind('\n') + 1);
  for (absl::string_view line : absl::StrSplit(complete, '\n')) {
    int number = 0;
    if (absl::ConsumePrefix(&line, "acknowledged ") && absl::SimpleAtoi(line, &number)) {
      acknowledged = number + 1;
    }
  }
  return acknowledged;
}

TEST(MemoryCrashTest, KillingTheWriterLosesNothingAcknowledged) {
  const TempDirectory directory;
  int kills = 10;  // THROUGHLINE_CRASHES=200 for more
  if (!Variable("THROUGHLINE_CRASHES").empty()) {
    ASSERT_TRUE(absl::SimpleAtoi(Variable("THROUGHLINE_CRASHES"), &kills));
  }
  std::mt19937 random(1);
  int writes = 0;
  for (int kill = 0; kill < kills; ++kill) {
    ASSERT_OK_AND_ASSIGN(
        const std::unique_ptr<ChildProcess> writer,
        ChildProcess::Start(
            {.command = {"/proc/self/exe", "--gtest_also_run_disabled_tests",
                         "--gtest_filter=CrashWriter.DISABLED_RetainsUntilKilled"},
             .environment = {{kDirectory, directory.path()}, {kFirst, absl::StrCat(writes)}}}));
    // Somewhere within one of the writes after the first few.
    ASSERT_OK(writer->WaitForLine(absl::StrCat("acknowledged ", writes + random() % 3), kPatience)
                  .status());
    absl::SleepFor(absl::Microseconds(random() % 3000));
    writer->Signal(SIGKILL);
    ASSERT_OK(writer->Wait(kPatience).status());
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<store::SqliteStore> store,
                         store::SqliteStore::Open(directory.File("memory.db")));
    writes = CheckStore(*store, CountAcknowledged(writer->Stdout(), writes));
    ASSERT_FALSE(::testing::Test::HasFailure()) << "kill " << kill;
  }
  EXPECT_GE(writes, kills);
}

TEST(MemoryCrashTest, ACrashOfPostgresLosesNothingAcknowledged) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<PostgresServer> server,
                       PostgresServer::Start({.durable = true}));
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<store::PostgresStore> store,
                       store::PostgresStore::Open({.conninfo = server->Conninfo()}, std::nullopt));
  Memory memory(*store, Clock::Real(), {});
  const Context context = Context::Background().WithBudget(absl::Minutes(2));
  constexpr int kCrashes = 3;
  constexpr int kWritesPerCrash = 15;
  std::thread writer([&] {
    for (int number = 0; number < kCrashes * kWritesPerCrash; ++number) {
      // The same key again until it is acknowledged, as any caller would.
      while (context.Check().ok()) {
        const absl::Status retained = memory.Retain(context, "acme", WriteOf(number)).status();
        if (retained.ok()) break;
        EXPECT_THAT(retained, StatusIs(absl::StatusCode::kUnavailable));
        absl::SleepFor(absl::Milliseconds(5));
      }
    }
  });
  for (int crash = 0; crash < kCrashes; ++crash) {
    const int64_t wanted = crash * kWritesPerCrash + kWritesPerCrash / 2;
    while (context.Check().ok() && memory.Version(context, "acme").value_or(0) < wanted) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    ASSERT_OK(server->Restart());
  }
  writer.join();
  EXPECT_EQ(CheckStore(*store, kCrashes * kWritesPerCrash), kCrashes * kWritesPerCrash);
}

}  // namespace
}  // namespace throughline::memory
