#include "common/storage/sqlite_scrub.h"

#include <SQLiteCpp/VariadicBind.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/storage/sqlite.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::storage {
namespace {

constexpr Migration kNotes[] = {
    {1, "notes",
     "CREATE TABLE notes (customer TEXT, id INTEGER, text TEXT, PRIMARY KEY (customer, id)) "
     "WITHOUT ROWID; CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT); "
     "CREATE INDEX by_text ON notes (text)"},
};

class SqliteScrubTest : public ::testing::Test {
 protected:
  SqliteScrubTest() {
    auto opened = SqliteDatabase::Open({.path = path_}, absl::MakeSpan(kNotes));
    EXPECT_THAT(opened.status(), IsOk());
    database_ = *std::move(opened);
  }

  // Rows of two customers between one another, in an order that splits and joins pages.
  void Fill(int rows) {
    ASSERT_OK(database_->Write(context_, [&](SqliteConnection& connection) {
      std::mt19937 random(7);
      for (int row = 0; row < rows; ++row) {
        const std::string customer = row % 2 == 0 ? "kept" : "erased";
        const std::string text = absl::StrCat(customer, "-words-", std::string(random() % 900, 'x'),
                                              std::string(random() % 40 == 0 ? 9000 : 0, 'y'));
        SqliteStatement note = connection.Prepare("INSERT INTO notes VALUES (?, ?, ?)");
        SQLite::bind(*note, customer, static_cast<int64_t>(random()), text);
        note->exec();
        SqliteStatement log = connection.Prepare("INSERT INTO log (text) VALUES (?)");
        SQLite::bind(*log, text);
        log->exec();
      }
      return absl::OkStatus();
    }));
  }

  void Run(const std::string& sql) {
    ASSERT_OK(database_->Write(context_, [&](SqliteConnection& connection) {
      connection.Execute(sql);
      return absl::OkStatus();
    }));
  }

  void EraseOne() {
    Run("DELETE FROM notes WHERE customer = 'erased'; DELETE FROM log WHERE text LIKE 'erased%'");
  }

  std::string Ask(const std::string& sql) {
    std::string answer;
    EXPECT_OK(database_->Read(context_, [&](SqliteConnection& connection) {
      answer = connection.database().execAndGet(sql).getString();
      return absl::OkStatus();
    }));
    return answer;
  }

  // In the file or its log.
  bool Holds(const std::string& words) {
    for (const std::string& path : {path_, path_ + "-wal"}) {
      std::ifstream stream(path, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
      if (bytes.find(words) != std::string::npos) return true;
    }
    return false;
  }

  const Context context_ = Context::Background();
  TempDirectory directory_;
  const std::string path_ = directory_.File("notes.db");
  std::unique_ptr<SqliteDatabase> database_;
};

TEST_F(SqliteScrubTest, NoByteOfErasedRowsIsLeftAndEveryOtherRowIs) {
  Fill(3000);
  const std::string rows =
      "SELECT group_concat(customer || id || text) FROM (SELECT * FROM notes WHERE customer >= "
      "'kept' ORDER BY customer, id)";
  const std::string kept = Ask(rows);
  EraseOne();
  ASSERT_TRUE(Holds("erased-words")) << "deleting alone leaves copies, or this test shows nothing";
  ASSERT_OK(ScrubUnused(context_, path_));
  EXPECT_FALSE(Holds("erased"));
  EXPECT_TRUE(Ask(rows) == kept);
  EXPECT_EQ(Ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteScrubTest, WhatIsWrittenAfterwardsBringsNothingBack) {
  Fill(1000);
  EraseOne();
  ASSERT_OK(ScrubUnused(context_, path_));
  // Pages that connections held in memory would be written with what was in them.
  Run("UPDATE notes SET text = text || 'more'; UPDATE log SET text = text || 'more'");
  EXPECT_FALSE(Holds("erased"));
  EXPECT_EQ(Ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteScrubTest, OthersReadAndWriteMeanwhile) {
  Fill(1000);
  EraseOne();
  std::atomic<bool> stopped = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    for (; !stopped; ++written) Run("INSERT INTO log (text) VALUES ('new')");
  });
  std::thread reader([&] {
    while (!stopped) EXPECT_NE(Ask("SELECT sum(length(text)) FROM log"), "");
  });
  // Shared with others it may be said to be busy; what it did holds.
  for (int round = 0; round < 20; ++round) {
    const absl::Status status = ScrubUnused(context_, path_);
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kUnavailable) << status;
  }
  stopped = true;
  writer.join();
  reader.join();
  ASSERT_OK(ScrubUnused(context_, path_));
  EXPECT_FALSE(Holds("erased"));
  EXPECT_EQ(Ask("SELECT count(*) FROM log WHERE text LIKE 'new%'"), absl::StrCat(written.load()));
  EXPECT_EQ(Ask("PRAGMA integrity_check"), "ok");
}

TEST_F(SqliteScrubTest, ALogStillReadIsSaid) {
  Fill(10);
  EXPECT_OK(database_->Read(context_, [&](SqliteConnection& connection) {
    EXPECT_TRUE(connection.Prepare("SELECT count(*) FROM log")->executeStep());
    Run("INSERT INTO log (text) VALUES ('newer')");
    EXPECT_THAT(ScrubUnused(context_.WithBudget(absl::Milliseconds(100)), path_),
                StatusIs(absl::StatusCode::kDeadlineExceeded));
    return absl::OkStatus();
  }));
  EXPECT_OK(ScrubUnused(context_, path_));
}

TEST_F(SqliteScrubTest, WhatIsNoDatabaseIsRefused) {
  const std::string path = directory_.Write("text", std::string(8192, 'x'));
  EXPECT_THAT(ScrubUnused(context_, path), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_FALSE(ScrubUnused(context_, directory_.File("missing")).ok());
}

}  // namespace
}  // namespace throughline::storage
