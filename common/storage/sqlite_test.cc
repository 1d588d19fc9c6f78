#include "common/storage/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/collecting_tracer.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::storage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Migration kSchema[] = {
    {1, "words", "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)"},
    {2, "length",
     "ALTER TABLE words ADD COLUMN length INTEGER; CREATE INDEX by_word ON words(word)"},
};

class SqliteTest : public ::testing::Test {
 protected:
  SqliteTest() { Open(); }

  void Open(size_t max_readers = 4) {
    database_ = nullptr;
    auto opened =
        SqliteDatabase::Open({.path = path_, .max_readers = max_readers}, absl::MakeSpan(kSchema));
    ASSERT_THAT(opened.status(), IsOk());
    database_ = *std::move(opened);
  }

  absl::Status Add(const std::string& word) {
    return database_->Write(context_, [&](SqliteConnection& connection) {
      Insert(connection, word);
      return absl::OkStatus();
    });
  }

  static void Insert(SqliteConnection& connection, const std::string& word) {
    SqliteStatement insert = connection.Prepare("INSERT INTO words (word) VALUES (?)");
    insert->bind(1, word);
    insert->exec();
  }

  static int Count(SqliteConnection& connection) {
    SqliteStatement count = connection.Prepare("SELECT count(*) FROM words");
    count->executeStep();
    return count->getColumn(0).getInt();
  }

  int Count() {
    int words = -1;
    EXPECT_OK(database_->Read(context_, [&](SqliteConnection& connection) {
      words = Count(connection);
      return absl::OkStatus();
    }));
    return words;
  }

  TempDirectory directory_;
  const std::string path_ = directory_.File("words.db");
  const Context context_ = Context::Background().WithBudget(absl::Seconds(20));
  std::unique_ptr<SqliteDatabase> database_;
};

TEST_F(SqliteTest, KeepsWhatWasWritten) {
  EXPECT_OK(Add("alpha"));
  EXPECT_EQ(Count(), 1);
  Open();
  EXPECT_EQ(Count(), 1);
  EXPECT_OK(database_->Ping(context_));
}

TEST_F(SqliteTest, EveryUseIsASpan) {
  CollectingTracer tracer;
  const Context traced = tracer.RecordedContext();
  const auto nothing = [](SqliteConnection&) { return absl::OkStatus(); };
  const auto absent = [](SqliteConnection&) { return absl::NotFoundError("no such word"); };
  const auto broken = [](SqliteConnection& connection) {
    connection.Execute("SELECT nothing FROM nowhere");
    return absl::OkStatus();
  };
  EXPECT_OK(database_->Write(traced, nothing));
  EXPECT_OK(database_->WriteSoon(traced, nothing));
  EXPECT_THAT(database_->Read(traced, absent), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(database_->Read(traced, broken), StatusIs(absl::StatusCode::kInternal));
  const std::vector<SpanRecord> spans = tracer.spans();
  ASSERT_EQ(spans.size(), 4u);
  const std::string file = path_.substr(path_.rfind('/') + 1);
  EXPECT_EQ(spans[0].name, absl::StrCat("write ", file));
  EXPECT_EQ(spans[1].name, spans[0].name);
  EXPECT_EQ(spans[2].name, absl::StrCat("read ", file));
  EXPECT_FALSE(spans[2].failed) << "the database did its part";
  EXPECT_TRUE(spans[3].failed);
}

TEST_F(SqliteTest, AFailedWriteLeavesNoTrace) {
  EXPECT_THAT(database_->Write(context_,
                               [&](SqliteConnection& connection) {
                                 Insert(connection, "alpha");
                                 return absl::AbortedError("changed my mind");
                               }),
              StatusIs(absl::StatusCode::kAborted, "changed my mind"));
  EXPECT_EQ(Count(), 0);
}

TEST_F(SqliteTest, ADriversExceptionBecomesAStatus) {
  EXPECT_OK(Add("alpha"));
  EXPECT_THAT(Add("alpha"), StatusIs(absl::StatusCode::kInternal, HasSubstr("UNIQUE")));
  EXPECT_THAT(database_->Read(context_,
                              [](SqliteConnection& connection) {
                                connection.Prepare("SELECT nonsense");
                                return absl::OkStatus();
                              }),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("nonsense")));
  EXPECT_OK(Add("beta"));
  EXPECT_EQ(Count(), 2);
}

TEST_F(SqliteTest, WritersThatWaitTogetherFailAlone) {
  constexpr int kWriters = 40;
  std::atomic<int> refused = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      // Every fourth repeats a word that another writer adds; one of each such pair is refused.
      if (!Add(absl::StrCat("word", i % 4 == 3 ? i - 1 : i)).ok()) ++refused;
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(refused, kWriters / 4);
  EXPECT_EQ(Count(), kWriters - kWriters / 4);
}

TEST_F(SqliteTest, AReadSeesOneSnapshot) {
  EXPECT_OK(Add("alpha"));
  EXPECT_OK(database_->Read(context_, [&](SqliteConnection& connection) {
    EXPECT_EQ(Count(connection), 1);
    std::thread([&] { EXPECT_OK(Add("beta")); }).join();
    EXPECT_EQ(Count(connection), 1);
    return absl::OkStatus();
  }));
  EXPECT_EQ(Count(), 2);
}

TEST_F(SqliteTest, AReadCannotWrite) {
  EXPECT_THAT(database_->Read(context_,
                              [](SqliteConnection& connection) {
                                Insert(connection, "alpha");
                                return absl::OkStatus();
                              }),
              Not(IsOk()));
  EXPECT_EQ(Count(), 0);
}

TEST_F(SqliteTest, AStatementMayBePreparedAgainWhileInUse) {
  EXPECT_OK(Add("alpha"));
  EXPECT_OK(Add("beta"));
  EXPECT_OK(database_->Read(context_, [](SqliteConnection& connection) {
    int pairs = 0;
    SqliteStatement outer = connection.Prepare("SELECT word FROM words");
    while (outer->executeStep()) {
      SqliteStatement inner = connection.Prepare("SELECT word FROM words");
      while (inner->executeStep()) ++pairs;
    }
    EXPECT_EQ(pairs, 4);
    return absl::OkStatus();
  }));
}

TEST_F(SqliteTest, AStatementForgetsItsBindings) {
  EXPECT_OK(Add("alpha"));
  EXPECT_OK(database_->Read(context_, [](SqliteConnection& connection) {
    const std::string sql = "SELECT count(*) FROM words WHERE word = ?";
    {
      SqliteStatement bound = connection.Prepare(sql);
      bound->bind(1, "alpha");
      bound->executeStep();
      EXPECT_EQ(bound->getColumn(0).getInt(), 1);
    }
    SqliteStatement unbound = connection.Prepare(sql);
    unbound->executeStep();
    EXPECT_EQ(unbound->getColumn(0).getInt(), 0);
    return absl::OkStatus();
  }));
}

TEST_F(SqliteTest, ALongQueryStopsAtTheDeadline) {
  const Context brief = Context::Background().WithBudget(absl::Milliseconds(50));
  EXPECT_THAT(
      database_->Read(brief,
                      [](SqliteConnection& connection) {
                        connection
                            .Prepare(
                                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                                " SELECT count(*) FROM n")
                            ->executeStep();
                        return absl::OkStatus();
                      }),
      StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(Count(), 0);
}

TEST_F(SqliteTest, WaitingForAReaderEndsAtTheDeadline) {
  Open(/*max_readers=*/1);
  EXPECT_OK(database_->Read(context_, [&](SqliteConnection&) {
    std::thread([&] {
      const Context brief = Context::Background().WithBudget(absl::Milliseconds(20));
      EXPECT_THAT(database_->Ping(brief), StatusIs(absl::StatusCode::kDeadlineExceeded));
    }).join();
    return absl::OkStatus();
  }));
  EXPECT_OK(database_->Ping(context_));
}

TEST_F(SqliteTest, WaitingToWriteEndsAtTheDeadlineAndWritesNothing) {
  EXPECT_OK(database_->Write(context_, [&](SqliteConnection&) {
    std::thread([&] {
      const Context brief = Context::Background().WithBudget(absl::Milliseconds(20));
      bool ran = false;
      EXPECT_THAT(database_->Write(brief,
                                   [&](SqliteConnection&) {
                                     ran = true;
                                     return absl::OkStatus();
                                   }),
                  StatusIs(absl::StatusCode::kDeadlineExceeded));
      EXPECT_FALSE(ran);
    }).join();
    return absl::OkStatus();
  }));
}

TEST_F(SqliteTest, AnEndedContextWritesNothing) {
  Context::Fields fields;
  fields.cancellation = std::make_shared<CancellationSource>();
  fields.cancellation->Cancel();
  EXPECT_THAT(database_->Write(Context(fields),
                               [](SqliteConnection& connection) {
                                 Insert(connection, "alpha");
                                 return absl::OkStatus();
                               }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(Count(), 0);
}

TEST_F(SqliteTest, DurabilityAndPrivacySettingsAreOn) {
  EXPECT_OK(database_->Write(context_, [](SqliteConnection& connection) {
    const auto pragma = [&](const std::string& name) {
      return connection.database().execAndGet("PRAGMA " + name).getString();
    };
    EXPECT_EQ(pragma("journal_mode"), "wal");
    EXPECT_EQ(pragma("synchronous"), "2");  // FULL
    EXPECT_EQ(pragma("foreign_keys"), "1");
    EXPECT_EQ(pragma("secure_delete"), "1");
    return absl::OkStatus();
  }));
}

TEST_F(SqliteTest, OnlyAWriteThatMayComeSoonDoesNotWaitForTheDisk) {
  const auto sync_of_a_write = [](SqliteConnection& connection, const std::string& word) {
    Insert(connection, word);
    return connection.database().execAndGet("PRAGMA synchronous").getString();
  };
  std::string soon, at_once;
  ASSERT_OK(database_->WriteSoon(context_, [&](SqliteConnection& connection) {
    soon = sync_of_a_write(connection, "alpha");
    return absl::OkStatus();
  }));
  EXPECT_EQ(Count(), 1) << "others see it";
  ASSERT_OK(database_->Write(context_, [&](SqliteConnection& connection) {
    at_once = sync_of_a_write(connection, "beta");
    return absl::OkStatus();
  }));
  EXPECT_EQ(soon, "1") << "NORMAL";
  EXPECT_EQ(at_once, "2") << "FULL";
}

TEST_F(SqliteTest, ANewerFileIsRefused) {
  EXPECT_THAT(
      SqliteDatabase::Open({.path = path_}, absl::MakeSpan(kSchema, 1)).status(),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr(path_), HasSubstr("version 2"), HasSubstr("newer program"))));
}

TEST_F(SqliteTest, AFailedMigrationLeavesTheFileAsItWas) {
  const Migration broken[] = {
      kSchema[0], kSchema[1], {3, "broken", "CREATE TABLE extra (id INTEGER); SELECT nonsense"}};
  database_ = nullptr;
  EXPECT_THAT(SqliteDatabase::Open({.path = path_}, broken).status(),
              StatusIs(absl::StatusCode::kInternal));
  Open();
  EXPECT_THAT(database_->Read(context_,
                              [](SqliteConnection& connection) {
                                EXPECT_FALSE(connection.database().tableExists("extra"));
                                return absl::OkStatus();
                              }),
              IsOk());
}

TEST(SqliteOpenTest, SaysWhatIsWrongWithThePath) {
  TempDirectory directory;
  const auto open = [](const std::string& path) {
    return SqliteDatabase::Open({.path = path}, absl::MakeSpan(kSchema)).status();
  };
  EXPECT_THAT(open(directory.File("absent/words.db")),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr(directory.File("absent")), HasSubstr("create"))));
  EXPECT_THAT(open("/proc/words.db"), Not(IsOk()));
  EXPECT_THAT(open(directory.path()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is a directory")));
  EXPECT_THAT(open(directory.Write("text.db", std::string(4096, 'x'))),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("text.db")));
  EXPECT_THAT(open(":memory:"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace throughline::storage
