#include "services/memory/store/sqlite_store.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
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
  old.exec(
      "INSERT INTO fact_entries SELECT tenant, customer_id, fact_id, entry FROM new.fact_entries");
  old.exec("INSERT INTO customers SELECT * FROM new.customers");
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
  EXPECT_THAT(before.results[0].fact.text, HasSubstr("$9,000"));
  retain(memory, "c2", "$7,600");
  ASSERT_OK_AND_ASSIGN(const Recollection after,
                       memory.Recall(context, "acme", {.query = "What is the price?"}));
  EXPECT_THAT(after.results[0].fact.text, HasSubstr("$7,600"));
  ASSERT_OK_AND_ASSIGN(const FactPage all,
                       memory.ListFacts(context, "acme", {.include_closed = true}, 10, ""));
  EXPECT_EQ(all.facts.size(), 3u);
}

}  // namespace
}  // namespace throughline::memory::store
