#include "services/memory/store/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "services/memory/domain/facts_for_tests.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/open_store.h"
#include "services/memory/store/random_calls_for_tests.h"
#include "services/memory/store/stores_for_tests.h"

// What is PostgreSQL's alone; memory_test.cc and its neighbours hold what every store must do.
namespace throughline::memory::store {
namespace {

using storage::PostgresConnection;
using storage::PostgresDatabase;
using storage::PostgresRows;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Counts what a store is asked for; the answers are its own.
class CountingStore final : public MemoryStore, private ShortReads {
 public:
  explicit CountingStore(MemoryStore& store) : store_(store) {}

  absl::Status Read(const Context& context, const CustomerKey& key, int64_t min_version,
                    ReadCallback read) override {
    ++transactions;
    return store_.Read(context, key, min_version, read);
  }
  absl::Status Write(const Context& context, const CustomerKey& key, WriteCallback write) override {
    return store_.Write(context, key, write);
  }
  absl::StatusOr<int64_t> Version(const Context& context, const CustomerKey& key,
                                  int64_t min_version) override {
    ++round_trips;
    return store_.Version(context, key, min_version);
  }
  ShortReads* short_reads() override { return this; }
  absl::StatusOr<std::vector<CustomerSummary>> ListCustomers(const Context& context,
                                                             absl::string_view tenant,
                                                             absl::string_view after,
                                                             int limit) override {
    return store_.ListCustomers(context, tenant, after, limit);
  }
  absl::StatusOr<std::vector<std::string>> ListTenants(const Context& context) override {
    return store_.ListTenants(context);
  }
  absl::Status ScrubErased(const Context& context) override { return store_.ScrubErased(context); }
  absl::Status Ping(const Context& context) override { return store_.Ping(context); }

  int round_trips = 0;
  int transactions = 0;

 private:
  absl::StatusOr<std::optional<LoadedCustomer>> Load(const Context& context, const CustomerKey& key,
                                                     int64_t min_version, int64_t since,
                                                     EntryVisitor& visitor) override {
    ++round_trips;
    return store_.short_reads()->Load(context, key, min_version, since, visitor);
  }
  absl::StatusOr<std::optional<std::vector<FactRow>>> RowsAt(
      const Context& context, const CustomerKey& key, int64_t min_version, int64_t version,
      absl::Span<const RowPlace> places) override {
    ++round_trips;
    return store_.short_reads()->RowsAt(context, key, min_version, version, places);
  }

  MemoryStore& store_;
};

class PostgresStoreTest : public ::testing::Test {
 protected:
  PostgresStoreTest() : conninfo_(SharedPostgres::Get().NewDatabase(false)), store_(Open()) {}

  std::unique_ptr<PostgresStore> Open() {
    return PostgresStore::Open({.conninfo = conninfo_}, std::nullopt).value();
  }
  // Runs one statement as an administrator would, and gives its first column.
  std::vector<std::string> Ask(const std::string& conninfo, const std::string& sql) {
    const auto database = PostgresDatabase::OpenReplica({.conninfo = conninfo});
    std::vector<std::string> answers;
    EXPECT_OK(database.status());
    EXPECT_OK((*database)->ReadOne(context_, [&](PostgresConnection& connection) -> absl::Status {
      ASSIGN_OR_RETURN(const PostgresRows rows, connection.Execute(sql));
      for (int row = 0; row < rows.size(); ++row) answers.emplace_back(rows.Text(row, 0));
      return absl::OkStatus();
    }));
    return answers;
  }
  std::vector<std::string> Ask(const std::string& sql) { return Ask(conninfo_, sql); }

  const std::string conninfo_;
  const Context context_ = Context::Background().WithBudget(absl::Minutes(2));
  FakeClock clock_{Day(6, 1)};
  std::unique_ptr<PostgresStore> store_;
};

TEST_F(PostgresStoreTest, EveryUniqueKeyBeginsWithTenantAndCustomerSoAnyTableCanBePartitioned) {
  const std::string first_columns =
      "SELECT i.indexrelid::regclass::text || ': ' || string_agg(a.attname, ',' ORDER BY a.attnum) "
      "FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum <= 2 "
      "JOIN pg_class c ON c.oid = i.indrelid "
      "WHERE c.relnamespace = 'memory'::regnamespace AND c.relname <> 'schema_migrations' "
      "GROUP BY i.indexrelid";
  const std::vector<std::string> indexes = Ask(first_columns);
  EXPECT_GE(indexes.size(), 9U);
  for (const std::string& index : indexes) {
    EXPECT_THAT(index, HasSubstr(": tenant,customer_")) << index;
  }
}

TEST_F(PostgresStoreTest, ProcessesThatShareADatabaseTakeTurnsWithACustomer) {
  constexpr int kProcesses = 3;
  constexpr int kWrites = 8;
  std::vector<std::thread> processes;
  for (int p = 0; p < kProcesses; ++p) {
    processes.emplace_back([this, p] {
      const std::unique_ptr<PostgresStore> store = Open();
      Memory memory(*store, clock_, {});
      for (int i = 0; i < kWrites; ++i) {
        const deal::CustomerProfile changes{
            .preferences = {{.text = absl::StrCat("preference ", p, " of ", i)}}};
        const RetainCommand command{.texts = {{.text = absl::StrCat("text ", p, " ", i)}},
                                    .profile_changes = changes};
        EXPECT_OK(memory.Retain(context_, "acme", command).status());
      }
    });
  }
  for (std::thread& process : processes) process.join();
  Memory memory(*store_, clock_, {});
  EXPECT_THAT(memory.Version(context_, "acme"), IsOkAndHolds(kProcesses * kWrites));
  const auto profiles = memory.ListProfiles(context_, "acme", 0, 100);
  ASSERT_OK(profiles.status());
  ASSERT_THAT(*profiles, SizeIs(kProcesses * kWrites));
  EXPECT_THAT(profiles->front().profile.preferences, SizeIs(kProcesses * kWrites));
}

TEST_F(PostgresStoreTest, AForgottenCustomerIsInNoRowAndVacuumFullTakesTheLastBytes) {
  Memory memory(*store_, clock_, {});
  RandomCalls random(1);
  for (int i = 0; i < 12; ++i) {
    RetainCommand call = random.Call(i);
    call.texts.push_back({.text = "the victim says zanzibar", .turn = 2});
    call.idempotency_key = call.call->call_id;
    ASSERT_OK(memory.Retain(context_, "victim", call).status());
  }
  ASSERT_OK(memory.Retain(context_, "other", random.Call(9)).status());
  ASSERT_OK(memory.Forget(context_, "victim", {}).status());
  for (const char* table : {"customers", "states", "facts", "entry_packs", "contributions",
                            "profiles", "replies", "deal_past"}) {
    EXPECT_THAT(Ask(absl::StrCat("SELECT customer_id FROM memory.", table,
                                 " WHERE customer_id <> 'other'")),
                IsEmpty())
        << table;
    Ask(absl::StrCat("VACUUM FULL memory.", table));
  }
  Ask("CHECKPOINT");
  const std::string oid =
      Ask("SELECT oid::text FROM pg_database WHERE datname = current_database()").at(0);
  const std::filesystem::path files =
      std::filesystem::path(SharedPostgres::Get().server().data_directory()) / "base" / oid;
  int looked_at = 0;
  for (const auto& entry : std::filesystem::directory_iterator(files)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(bytes.find("zanzibar"), std::string::npos) << entry.path();
    ++looked_at;
  }
  EXPECT_GT(looked_at, 10);
}

TEST_F(PostgresStoreTest, TheDealsPastGoesWithACustomerWhoeverForgetsIt) {
  Memory memory(*store_, clock_, {});
  RandomCalls random(2);
  for (int i = 0; i < 20; ++i) {
    ASSERT_OK(memory.Retain(context_, "acme", random.Call(i)).status());
  }
  EXPECT_THAT(Ask("SELECT customer_id FROM memory.deal_past"), Not(IsEmpty()));
  // As a process does that knows of no past.
  Ask("DELETE FROM memory.customers");
  EXPECT_THAT(Ask("SELECT customer_id FROM memory.deal_past"), IsEmpty());
}

TEST_F(PostgresStoreTest, ARecallIsOneRoundTripAndTwoForACustomerThatIsNotKnown) {
  CountingStore counting(*store_);
  Memory memory(counting, clock_, {});
  const auto round_trips = [&](const std::string& query) {
    counting.round_trips = 0;
    EXPECT_OK(memory.Recall(context_, "acme", {.query = query}).status());
    return counting.round_trips;
  };
  ASSERT_OK(memory.Retain(context_, "acme", {.texts = {{.text = "the dock is red"}}}).status());
  EXPECT_EQ(round_trips("dock"), 2);
  EXPECT_EQ(round_trips("dock"), 1);
  EXPECT_EQ(round_trips("nothing like it"), 1);
  ASSERT_OK(memory.Retain(context_, "acme", {.texts = {{.text = "the dock is blue"}}}).status());
  EXPECT_EQ(round_trips("dock"), 3) << "asks in vain, brings in what changed, asks again";
  EXPECT_EQ(round_trips("dock"), 1);
  EXPECT_EQ(counting.transactions, 0);
}

TEST_F(PostgresStoreTest, ManyFactsOfOneWriteAreWhereTheirPacksSay) {
  CountingStore counting(*store_);
  RetainCommand command;
  for (int i = 0; i < 3000; ++i) {
    command.texts.push_back({.text = absl::StrCat("dock ", i), .call_id = absl::StrCat(i % 7)});
  }
  ASSERT_OK(Memory(*store_, clock_, {}).Retain(context_, "acme", command).status());
  EXPECT_GT(Ask("SELECT fact_id FROM memory.facts").size(), 2999u);
  Memory memory(counting, clock_, {});
  for (const char* query : {"dock 1", "dock 1717", "dock 2999"}) {
    const auto found = memory.Recall(context_, "acme", {.query = query, .limit = 100});
    ASSERT_OK(found.status());
    EXPECT_EQ(found->results[0].fact->text, query);
  }
  EXPECT_EQ(counting.round_trips, 1 + 3) << "no place was wrong";
  EXPECT_EQ(counting.transactions, 0);
}

TEST_F(PostgresStoreTest, RowsAreFoundAgainAfterTheTableWasRewritten) {
  Memory memory(*store_, clock_, {});
  RetainCommand command;
  for (int i = 0; i < 40; ++i) {
    command.texts.push_back({.id = absl::StrCat("t", i), .text = absl::StrCat("dock number ", i)});
  }
  ASSERT_OK(memory.Retain(context_, "other", command).status());
  ASSERT_OK(memory.Retain(context_, "acme", command).status());
  const auto recalled = [&] {
    std::vector<std::string> texts;
    const auto found = memory.Recall(context_, "acme", {.query = "dock", .limit = 100});
    EXPECT_OK(found.status());
    for (const ScoredFact& result : found->results) texts.push_back(result.fact->text);
    return texts;
  };
  const std::vector<std::string> before = recalled();
  EXPECT_THAT(before, SizeIs(40));
  // Everything of this customer moves to where the other's rows were.
  ASSERT_OK(memory.Forget(context_, "other", {}).status());
  Ask("VACUUM FULL memory.facts");
  EXPECT_EQ(recalled(), before);
  EXPECT_EQ(recalled(), before);
}

TEST_F(PostgresStoreTest, PacksHoldWhatTheFactsHoldWhoeverWroteThem) {
  Memory memory(*store_, clock_, {});
  const auto recalled = [&] {
    std::set<std::string> texts;
    Memory fresh(*store_, clock_, {});  // knows nothing yet
    const auto found = fresh.Recall(context_, "acme", {.query = "dock", .limit = 100});
    EXPECT_OK(found.status());
    for (const ScoredFact& result : found->results) texts.insert(result.fact->text);
    return texts;
  };
  const auto packed = [&] {
    return Ask("SELECT (packed_version = version)::text FROM memory.customers").at(0) == "true";
  };
  const auto leave_behind = [&] { Ask("UPDATE memory.customers SET packed_version = 1"); };
  const auto retain = [&](int day, const std::string& value) {
    RetainCommand command = OfCall(absl::StrCat("c", day), Day(3, day),
                                   {ValueFact("dock", value, Said("c", 1, value))});
    for (int i = 0; i < 40; ++i) {
      command.texts.push_back({.text = absl::StrCat("dock ", i, " of day ", day), .turn = i});
    }
    ASSERT_OK(memory.Retain(context_, "acme", command).status());
  };
  retain(1, "dock A");
  retain(2, "dock B");
  const std::set<std::string> both = recalled();
  EXPECT_THAT(both, SizeIs(81)) << "the first value is superseded";
  EXPECT_TRUE(packed());
  Ask("DELETE FROM memory.entry_packs");
  EXPECT_THAT(recalled(), IsEmpty()) << "packs are what is read";
  leave_behind();
  EXPECT_EQ(recalled(), both) << "until somebody has written who does not know them";
  ASSERT_OK(memory.Forget(context_, "acme", {.call_id = "c1"}).status());
  EXPECT_TRUE(packed()) << "made anew";
  const std::set<std::string> second = recalled();
  EXPECT_THAT(second, SizeIs(41));
  leave_behind();
  EXPECT_EQ(recalled(), second);
  retain(3, "dock C");
  const std::set<std::string> last = recalled();
  EXPECT_THAT(last, SizeIs(81));
  Ask("DELETE FROM memory.entry_packs");
  Ask("INSERT INTO memory.entry_packs SELECT tenant, customer_id, 1, 0, "
      "string_agg(tidsend(ctid) || int4send(octet_length(fact_id)) || convert_to(fact_id, 'UTF8') "
      "|| int4send(octet_length(entry)) || entry, ''::bytea) FROM memory.facts GROUP BY 1, 2");
  EXPECT_EQ(recalled(), last) << "packs of the release before are read";
  Ask("UPDATE memory.entry_packs SET entries = substr(entries, 1, length(entries) - 1)");
  EXPECT_EQ(recalled(), last) << "what is damaged is not read";
}

TEST_F(PostgresStoreTest, SmallWritesShareAPackInTheEnd) {
  constexpr int kWrites = 256;
  Memory memory(*store_, clock_, {});
  for (int i = 1; i < kWrites; ++i) {
    ASSERT_OK(
        memory.Retain(context_, "acme", {.texts = {{.text = absl::StrCat("dock ", i)}}}).status());
  }
  const auto packs = [&] { return Ask("SELECT count(*)::text FROM memory.entry_packs").at(0); };
  EXPECT_EQ(packs(), absl::StrCat(kWrites - 1));
  ASSERT_OK(memory.Retain(context_, "acme", {.texts = {{.text = "the last dock"}}}).status());
  EXPECT_EQ(packs(), "2");
  Memory fresh(*store_, clock_, {});
  ASSERT_OK_AND_ASSIGN(const Recollection found,
                       fresh.Recall(context_, "acme", {.query = "dock", .limit = 1000}));
  EXPECT_THAT(found.results, SizeIs(kWrites));
}

TEST_F(PostgresStoreTest, ARecallAmongWritesIsOfOneMoment) {
  constexpr int kWrites = 40;
  Memory memory(*store_, clock_, {});
  std::thread writer([&] {
    for (int i = 0; i < kWrites; ++i) {
      EXPECT_OK(memory.Retain(context_, "acme", {.texts = {{.text = absl::StrCat("dock ", i)}}})
                    .status());
    }
  });
  for (int64_t version = 0; version < kWrites && context_.Check().ok();) {
    const auto found = memory.Recall(context_, "acme", {.query = "dock", .limit = 1000});
    EXPECT_OK(found.status());
    if (!found.ok()) break;
    EXPECT_GE(found->version, version);
    version = found->version;
    EXPECT_THAT(found->results, SizeIs(version)) << "each version has one row more";
  }
  writer.join();
}

TEST_F(PostgresStoreTest, AReplicaAnswersOnlyForVersionsItHasReached) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<PostgresServer> primary, PostgresServer::Start());
  const std::string to_primary = primary->Conninfo();
  ASSERT_OK(PostgresStore::Open({.conninfo = to_primary}, std::nullopt).status());
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<PostgresServer> replica, primary->StartReplica());
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<PostgresStore> store,
      PostgresStore::Open({.conninfo = to_primary},
                          storage::PostgresOptions{.conninfo = replica->Conninfo()}));
  Memory memory(*store, clock_, {});
  const auto retain = [&](const std::string& text) {
    return memory.Retain(context_, "acme", {.texts = {{.text = text}}}).status();
  };
  const auto version_for = [&](int64_t min_version) {
    // A memory of its own, which knows nothing yet.
    Memory fresh(*store, clock_, {});
    return fresh.Recall(context_, "acme", {.query = "dock", .min_version = min_version})
        .value_or(Recollection{.version = -1})
        .version;
  };
  ASSERT_OK(retain("the dock is red"));
  const auto replica_version = [&] {
    return Ask(replica->Conninfo(), "SELECT max(version)::text FROM memory.customers").at(0);
  };
  while (context_.Check().ok() && replica_version() != "1") {
  }
  Ask(replica->Conninfo(), "SELECT pg_wal_replay_pause()::text");
  ASSERT_OK(retain("the dock is blue"));

  EXPECT_EQ(version_for(1), 1) << "the replica has it";
  EXPECT_EQ(version_for(2), 2) << "the replica has not reached it";
  EXPECT_EQ(version_for(0), 2) << "without a version: the newest";
  EXPECT_THAT(memory.Recall(context_, "acme", {.query = "dock", .min_version = 3}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("min_version")));
  replica->Stop();
  EXPECT_EQ(version_for(1), 2) << "the primary stands in";
}

TEST(OpenStoreTest, AConnectionFileOpensPostgresWithItsReplica) {
  const TempDirectory directory;
  const std::string file =
      directory.Write("conninfo", SharedPostgres::Get().NewDatabase(false) + "\n");
  ASSERT_OK_AND_ASSIGN(
      const std::unique_ptr<MemoryStore> store,
      OpenStore({.store = "postgres:" + file, .replica_file = file, .max_connections = 2}));
  Memory memory(*store, Clock::Real(), {});
  const Context context = Context::Background();
  ASSERT_OK(memory.Retain(context, "acme", {.texts = {{.text = "the dock is red"}}}).status());
  EXPECT_EQ(memory.Recall(context, "acme", {.query = "dock", .min_version = 1})->version, 1);
}

TEST(OpenStoreTest, ARefusalNamesTheFlagAndNeverTheSecret) {
  const TempDirectory directory;
  EXPECT_THAT(OpenStore({.store = "redis:somewhere"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--store"), HasSubstr("redis:somewhere"))));
  EXPECT_THAT(OpenStore({.store = "sqlite:" + directory.path(), .replica_file = "x"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--postgres-replica")));
  EXPECT_THAT(OpenStore({.store = "postgres:" + directory.File("missing")}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing")));
  const std::string file =
      directory.Write("conninfo", "host=/nowhere/at/all user=app password=hunter2");
  EXPECT_THAT(OpenStore({.store = "postgres:" + file}),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::Not(HasSubstr("hunter2"))));
  EXPECT_OK(OpenStore({.store = "memory"}).status());
  EXPECT_OK(OpenStore({.store = "sqlite:" + directory.File("new/folder")}).status());
}

}  // namespace
}  // namespace throughline::memory::store
