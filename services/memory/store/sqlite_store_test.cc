#include "services/memory/store/sqlite_store.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/memory/domain/facts_for_tests.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/schema.h"

namespace throughline::memory::store {
namespace {

using ::testing::HasSubstr;

constexpr int kRowsInside = 2;  // the last version of the schema with rows inside the tree of keys

// Puts what the file at `from` holds into a file of the older schema at `to`.
void CopyIntoOldSchema(const std::string& from, const std::string& to) {
  ASSERT_OK(storage::SqliteDatabase::Open({.path = to}, Migrations().first(kRowsInside)).status());
  SQLite::Database old(to, SQLite::OPEN_READWRITE);
  old.exec(absl::StrCat("ATTACH '", from, "' AS new"));
  old.exec(
      "INSERT INTO facts SELECT tenant, customer_id, fact_id, fact_key, changed_version, body, "
      "statements FROM new.facts");
  old.exec("INSERT INTO fact_entries SELECT tenant, customer_id, fact_id, x'' FROM new.facts");
  old.exec(
      "INSERT INTO customers SELECT tenant, customer_id, version, erased_version, current_facts, "
      "updated_at, head FROM new.customers");
  old.exec("INSERT INTO states SELECT * FROM new.states");
}

TEST(SqliteStoreTest, AFileOfAnOlderSchemaIsReadAndWrittenOn) {
  const TempDirectory directory;
  const Context context = Context::Background();
  const auto retain = [&](Memory& memory, const std::string& call_id, const std::string& price) {
    EXPECT_OK(memory
                  .Retain(context, "acme",
                          OfCall(call_id, Day(3, call_id == "c1" ? 1 : 2),
                                 {ValueFact("price", price, Said(call_id, 1, price)),
                                  PlainFact("The dock is red.", Said(call_id, 2, "red dock"))}))
                  .status());
  };
  {
    ASSERT_OK_AND_ASSIGN(const auto store, SqliteStore::Open(directory.File("new.db")));
    Memory memory(*store, Clock::Real(), {});
    retain(memory, "c1", "$9,000");
  }
  CopyIntoOldSchema(directory.File("new.db"), directory.File("old.db"));

  ASSERT_OK_AND_ASSIGN(const auto store, SqliteStore::Open(directory.File("old.db")));
  Memory memory(*store, Clock::Real(), {});
  ASSERT_OK_AND_ASSIGN(const Recollection before,
                       memory.Recall(context, "acme", {.query = "What is the price?"}));
  ASSERT_FALSE(before.results.empty());
  EXPECT_THAT(before.results[0].fact->text, HasSubstr("$9,000"));
  retain(memory, "c2", "$7,600");
  ASSERT_OK_AND_ASSIGN(const Recollection after,
                       memory.Recall(context, "acme", {.query = "What is the price?"}));
  EXPECT_THAT(after.results[0].fact->text, HasSubstr("$7,600"));
  ASSERT_OK_AND_ASSIGN(const FactPage all,
                       memory.ListFacts(context, "acme", {.include_closed = true}, 10, ""));
  EXPECT_EQ(all.facts.size(), 3u);
  SQLite::Database file(directory.File("old.db"), SQLite::OPEN_READONLY);
  EXPECT_EQ(file.execAndGet("SELECT count(*) FROM fact_entries").getInt(), 0)
      << "the write has moved them into packs";
  Memory fresh(*store, Clock::Real(), {});
  ASSERT_OK_AND_ASSIGN(const Recollection from_packs,
                       fresh.Recall(context, "acme", {.query = "What is the price?"}));
  EXPECT_EQ(from_packs.results.size(), after.results.size());
}

class PacksTest : public ::testing::Test {
 protected:
  std::set<std::string> Recalled() {
    std::set<std::string> texts;
    Memory fresh(*store_, Clock::Real(), {});  // knows nothing yet
    const auto found = fresh.Recall(context_, "acme", {.query = "dock", .limit = 1000});
    EXPECT_OK(found.status());
    for (const ScoredFact& result : found->results) texts.insert(result.fact->text);
    return texts;
  }
  int Count(const std::string& table) {
    SQLite::Database database(path_, SQLite::OPEN_READONLY);
    return database.execAndGet("SELECT count(*) FROM " + table).getInt();
  }

  const TempDirectory directory_;
  const std::string path_ = directory_.File("memory.db");
  const Context context_ = Context::Background();
  std::unique_ptr<SqliteStore> store_ = SqliteStore::Open(path_).value();
  Memory memory_{*store_, Clock::Real(), {}};
};

TEST_F(PacksTest, SmallWritesShareAPackInTheEnd) {
  constexpr int kWrites = 256;
  for (int i = 1; i < kWrites; ++i) {
    ASSERT_OK(
        memory_.Retain(context_, "acme", {.texts = {{.text = absl::StrCat("dock ", i)}}}).status());
  }
  EXPECT_EQ(Count("entry_packs"), kWrites - 1);
  ASSERT_OK(memory_.Retain(context_, "acme", {.texts = {{.text = "the last dock"}}}).status());
  EXPECT_EQ(Count("entry_packs"), 1);
  EXPECT_EQ(Recalled().size(), kWrites);
}

TEST_F(PacksTest, WhatIsErasedIsInNoPackAndTheOthersStay) {
  const auto retain = [&](const std::string& call, const std::string& value) {
    RetainCommand command = OfCall(call, Day(3, call == "c1" ? 1 : 2),
                                   {ValueFact("dock", value, Said(call, 1, value))});
    command.texts = {{.text = absl::StrCat("dock of ", call), .turn = 2}};
    ASSERT_OK(memory_.Retain(context_, "acme", command).status());
  };
  retain("c1", "dock A");
  retain("c2", "dock B");
  EXPECT_EQ(Recalled(), (std::set<std::string>{"The dock is dock B.", "dock of c1", "dock of c2"}));
  ASSERT_OK(memory_.Forget(context_, "acme", {.call_id = "c1"}).status());
  EXPECT_EQ(Recalled(), (std::set<std::string>{"The dock is dock B.", "dock of c2"}));
  EXPECT_EQ(Count("entry_packs"), 1) << "made anew";
  ASSERT_OK(memory_.Forget(context_, "acme", {}).status());
  EXPECT_EQ(Count("entry_packs"), 0);
}

}  // namespace
}  // namespace throughline::memory::store
