#include "common/storage/postgres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/status_macros.h"
#include "common/testing/collecting_tracer.h"
#include "common/testing/pg_bouncer.h"
#include "common/testing/postgres_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::storage {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using Value = PostgresValue;

constexpr Migration kSchema[] = {
    {1, "words",
     "CREATE TABLE app.words (id bigint GENERATED ALWAYS AS IDENTITY, word text UNIQUE)"},
    {2, "counters",
     "CREATE TABLE app.counters (name text PRIMARY KEY, value bigint NOT NULL); "
     "INSERT INTO app.counters VALUES ('one', 0)"},
};

// Whether the handle talks to the server itself or to a pooler before it.
enum class Path { kDirect, kPooled };

class PostgresTest : public ::testing::TestWithParam<Path> {
 protected:
  static void SetUpTestSuite() {
    auto server = PostgresServer::Start();
    ASSERT_OK(server.status());
    server_ = *std::move(server);
    if (!PgBouncer::Installed()) return;
    auto pooler = PgBouncer::Start(*server_, 3);
    ASSERT_OK(pooler.status());
    pooler_ = *std::move(pooler);
  }
  static void TearDownTestSuite() {
    pooler_ = nullptr;
    server_ = nullptr;
  }

  void SetUp() override {
    if (GetParam() == Path::kPooled && pooler_ == nullptr) {
      GTEST_SKIP() << "pgbouncer is not installed";
    }
    static int databases = 0;
    const std::string name = absl::StrCat("test", ++databases);
    ASSERT_OK_AND_ASSIGN(conninfo_, server_->CreateDatabase(name));
    if (GetParam() == Path::kPooled) conninfo_ = pooler_->Conninfo(name);
    Open();
  }

  void Open(size_t max_connections = 4) {
    auto opened = PostgresDatabase::Open(
        {.conninfo = conninfo_, .max_connections = max_connections, .metrics = &metrics_}, "app",
        kSchema);
    ASSERT_OK(opened.status());
    database_ = *std::move(opened);
  }

  absl::Status Add(absl::string_view word) {
    return database_->Write(context_, [&](PostgresConnection& connection) {
      return connection.Execute(kInsert, {Value::Text(word)}).status();
    });
  }

  int64_t Ask(const std::string& sql) {
    int64_t answer = -1;
    EXPECT_OK(database_->Read(context_, [&](PostgresConnection& connection) -> absl::Status {
      ASSIGN_OR_RETURN(const PostgresRows rows, connection.Execute(sql));
      answer = rows.Integer(0, 0);
      return absl::OkStatus();
    }));
    return answer;
  }
  int64_t Count() { return Ask("SELECT count(*) FROM app.words"); }

  static constexpr char kInsert[] = "INSERT INTO app.words (word) VALUES ($1)";

  static std::unique_ptr<PostgresServer> server_;
  static std::unique_ptr<PgBouncer> pooler_;
  std::string conninfo_;
  const Context context_ = Context::Background().WithBudget(absl::Seconds(60));
  MetricsRegistry metrics_;  // of the database
  std::unique_ptr<PostgresDatabase> database_;
};

std::unique_ptr<PostgresServer> PostgresTest::server_;
std::unique_ptr<PgBouncer> PostgresTest::pooler_;

INSTANTIATE_TEST_SUITE_P(Paths, PostgresTest, ::testing::Values(Path::kDirect, Path::kPooled),
                         [](const auto& info) {
                           return info.param == Path::kDirect ? "Direct" : "Pooled";
                         });

TEST_P(PostgresTest, KeepsWhatWasWrittenAndNothingOfAWriteThatFails) {
  EXPECT_OK(Add("alpha"));
  EXPECT_THAT(Add("alpha"), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(database_->Write(context_,
                               [&](PostgresConnection& connection) -> absl::Status {
                                 RETURN_IF_ERROR(
                                     connection.Execute(kInsert, {Value::Text("beta")}).status());
                                 return absl::AbortedError("changed my mind");
                               }),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(Count(), 1);
  Open();  // migrations are there already
  EXPECT_EQ(Count(), 1);
}

TEST_P(PostgresTest, EveryUseIsASpan) {
  CollectingTracer tracer;
  const Context traced = tracer.RecordedContext();
  const auto absent = [](PostgresConnection&) { return absl::NotFoundError("no such word"); };
  const auto look = [](PostgresConnection& connection) {
    return connection.Execute("SELECT count(*) FROM app.words").status();
  };
  const auto broken = [](PostgresConnection& connection) {
    connection.Execute("SELECT nothing FROM nowhere").status().IgnoreError();
    return absl::OkStatus();
  };
  EXPECT_THAT(database_->Read(traced, absent), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(database_->ReadOne(traced, look));
  EXPECT_OK(database_->WriteAlone(traced, 7, look));
  EXPECT_FALSE(database_->Write(traced, broken).ok());
  const std::vector<SpanRecord> spans = tracer.spans();
  ASSERT_EQ(spans.size(), 4u);
  EXPECT_EQ(spans[0].name, "read app");
  EXPECT_FALSE(spans[0].failed) << "the database did its part";
  EXPECT_EQ(spans[1].name, "read app");
  EXPECT_EQ(spans[2].name, "write app");
  EXPECT_EQ(spans[3].name, "write app");
  EXPECT_TRUE(spans[3].failed);
  EXPECT_THAT(spans[0].attributes,
              ElementsAre(Pair("db.system.name", SpanValue(std::string("postgresql"))),
                          Pair("db.operation.name", SpanValue(std::string("read"))),
                          Pair("db.namespace", SpanValue(std::string("app")))));
}

TEST_P(PostgresTest, AWriteThatHidesAFailedStatementFails) {
  EXPECT_THAT(
      database_->Write(context_,
                       [&](PostgresConnection& connection) {
                         connection.Execute(kInsert, {Value::Text("gamma")}).status().IgnoreError();
                         connection.Execute("SELECT 1 / 0").status().IgnoreError();
                         return absl::OkStatus();
                       }),
      StatusIs(absl::StatusCode::kInternal, HasSubstr("hid the error")));
  EXPECT_EQ(Count(), 0);
}

TEST_P(PostgresTest, ValuesOfEveryTypeComeBackAsTheyWent) {
  const std::string bytes("a\0b\xff", 4);
  EXPECT_OK(database_->Read(context_, [&](PostgresConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(
        const PostgresRows rows,
        connection.Execute("SELECT $1, $2, $3, $4, $5, $6::text, 7::smallint, -8::integer",
                           {Value::Text("Größe"), Value::Bytes(bytes),
                            Value::Integer(std::numeric_limits<int64_t>::min()),
                            Value::Number(-0.125), Value::Boolean(true), Value::Null()}));
    EXPECT_EQ(rows.size(), 1);
    EXPECT_EQ(rows.Text(0, 0), "Größe");
    EXPECT_EQ(rows.Text(0, 1), bytes);
    EXPECT_EQ(rows.Integer(0, 2), std::numeric_limits<int64_t>::min());
    EXPECT_EQ(rows.Number(0, 3), -0.125);
    EXPECT_TRUE(rows.Boolean(0, 4));
    EXPECT_TRUE(rows.IsNull(0, 5));
    EXPECT_EQ(rows.Integer(0, 6), 7);
    EXPECT_EQ(rows.Integer(0, 7), -8);
    return absl::OkStatus();
  }));
}

TEST_P(PostgresTest, ManyRowsGoInOneStatement) {
  EXPECT_OK(database_->Write(context_, [&](PostgresConnection& connection) -> absl::Status {
    ASSIGN_OR_RETURN(
        const PostgresRows rows,
        connection.Execute(
            "INSERT INTO app.words (word) SELECT word || number || encode(bytes, 'hex') "
            "FROM unnest($1, $2, $3) AS rows(word, number, bytes)",
            {Value::Texts({"a", "", "ü"}), Value::Integers({1, 2, 3}),
             Value::ByteStrings({"x", "", std::string("\0", 1)})}));
    EXPECT_EQ(rows.affected(), 3);
    return connection
        .Execute("INSERT INTO app.words (word) SELECT * FROM unnest($1)", {Value::Texts({})})
        .status();
  }));
  EXPECT_EQ(Ask("SELECT count(*) FROM app.words WHERE word IN ('a178', '2', 'ü300')"), 3);
}

TEST_P(PostgresTest, StatementsArePreparedOnlyWhereTheServerAnswersItself) {
  EXPECT_EQ(Count(), 0);
  EXPECT_EQ(Ask("SELECT sign(count(*))::bigint FROM pg_prepared_statements"),
            GetParam() == Path::kDirect ? 1 : 0);
}

TEST_P(PostgresTest, AReadSeesOneMomentAndCannotWrite) {
  EXPECT_OK(database_->Read(context_, [&](PostgresConnection& connection) -> absl::Status {
    const std::string count = "SELECT count(*) FROM app.words";
    ASSIGN_OR_RETURN(const PostgresRows before, connection.Execute(count));
    RETURN_IF_ERROR(Add("meanwhile"));
    ASSIGN_OR_RETURN(const PostgresRows after, connection.Execute(count));
    EXPECT_EQ(after.Integer(0, 0), before.Integer(0, 0));
    return absl::OkStatus();
  }));
  EXPECT_EQ(Count(), 1);
  EXPECT_THAT(database_->Read(context_,
                              [&](PostgresConnection& connection) {
                                return connection.Execute(kInsert, {Value::Text("x")}).status();
                              }),
              Not(IsOk()));
  EXPECT_EQ(Count(), 1);
}

TEST_P(PostgresTest, WritersOfOneLockLoseNothing) {
  constexpr int kWriters = 16;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      EXPECT_OK(
          database_->WriteAlone(context_, 7, [&](PostgresConnection& connection) -> absl::Status {
            ASSIGN_OR_RETURN(const PostgresRows rows,
                             connection.Execute("SELECT value FROM app.counters"));
            return connection
                .Execute("UPDATE app.counters SET value = $1",
                         {Value::Integer(rows.Integer(0, 0) + 1)})
                .status();
          }));
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Ask("SELECT value FROM app.counters"), kWriters);
}

TEST_P(PostgresTest, ThreadsShareFewConnections) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 24; ++i) {
    threads.emplace_back([&, i] {
      EXPECT_OK(Add(absl::StrCat("word", i)));
      Count();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Count(), 24);
}

TEST_P(PostgresTest, AStatementEndsWithTheDeadlineAndTheHandleGoesOn) {
  const Context brief = Context::Background().WithBudget(absl::Milliseconds(80));
  const absl::Time begun = absl::Now();
  EXPECT_THAT(database_->Read(brief,
                              [](PostgresConnection& connection) {
                                return connection.Execute("SELECT pg_sleep(30)").status();
                              }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  EXPECT_EQ(Count(), 0);
}

TEST_P(PostgresTest, AStatementEndsWhenTheCallerGoes) {
  auto cancellation = std::make_shared<CancellationSource>();
  const Context context(Context::Fields{.cancellation = cancellation});
  std::thread caller([&] { cancellation->Cancel(); });
  EXPECT_THAT(database_->Write(context,
                               [](PostgresConnection& connection) {
                                 return connection.Execute("SELECT pg_sleep(30)").status();
                               }),
              StatusIs(absl::StatusCode::kCancelled));
  caller.join();
  EXPECT_OK(Add("after"));
}

TEST_P(PostgresTest, WaitingForAConnectionEndsWithTheDeadline) {
  Open(1);
  EXPECT_OK(database_->Read(context_, [&](PostgresConnection&) {
    const Context brief = Context::Background().WithBudget(absl::Milliseconds(20));
    EXPECT_THAT(database_->Ping(brief), StatusIs(absl::StatusCode::kDeadlineExceeded));
    return absl::OkStatus();
  }));
  EXPECT_THAT(
      metrics_.Render(),
      AllOf(HasSubstr("throughline_postgres_connections{database=\"app\"} 1\n"),
            HasSubstr("throughline_postgres_max_connections{database=\"app\"} 1\n"),
            HasSubstr("throughline_postgres_missed_connections_total{cause=\"busy\",database="
                      "\"app\"} 1\n"),
            HasSubstr("throughline_postgres_missed_connections_total{cause=\"connect\",database="
                      "\"app\"} 0\n"),
            HasSubstr("throughline_postgres_wait_seconds_count{database=\"app\"}")));
}

TEST_P(PostgresTest, ANewerSchemaIsRefused) {
  EXPECT_THAT(
      PostgresDatabase::Open({.conninfo = conninfo_}, "app", absl::MakeSpan(kSchema).subspan(0, 1)),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr("app"), HasSubstr("run the newer program"))));
}

TEST_P(PostgresTest, ManyProcessesMayMigrateAtOnce) {
  constexpr Migration kOther[] = {{1, "table", "CREATE TABLE other.things (id bigint)"}};
  std::vector<std::thread> processes;
  for (int i = 0; i < 6; ++i) {
    processes.emplace_back([&] {
      EXPECT_OK(PostgresDatabase::Open({.conninfo = conninfo_}, "other", kOther).status());
    });
  }
  for (std::thread& process : processes) process.join();
  EXPECT_EQ(Ask("SELECT count(*) FROM other.schema_migrations"), 1);
}

TEST_P(PostgresTest, AMigrationThatFailsLeavesTheSchemaAsItWas) {
  constexpr Migration kBroken[] = {
      kSchema[0], kSchema[1], {3, "half", "CREATE TABLE app.half (id bigint); SELECT 1 / 0"}};
  EXPECT_THAT(PostgresDatabase::Open({.conninfo = conninfo_}, "app", kBroken), Not(IsOk()));
  EXPECT_EQ(Ask("SELECT count(*) FROM pg_tables WHERE tablename = 'half'"), 0);
  EXPECT_EQ(Ask("SELECT count(*) FROM app.schema_migrations"), 2);
}

TEST(PostgresOutageTest, ARestartOfTheServerCostsNoMoreThanTheCallsDuringIt) {
  MetricsRegistry metrics;
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<PostgresServer> server, PostgresServer::Start());
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<PostgresDatabase> database,
                       PostgresDatabase::Open({.conninfo = server->Conninfo(), .metrics = &metrics},
                                              "app", kSchema));
  const Context context = Context::Background().WithBudget(absl::Seconds(60));
  ASSERT_OK(database->Ping(context));
  const std::string none_refused =
      "throughline_postgres_missed_connections_total{cause=\"connect\",database=\"app\"} 0\n";
  EXPECT_THAT(metrics.Render(), HasSubstr(none_refused));
  server->Stop();
  EXPECT_THAT(database->Ping(context), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(database->Write(context, [](PostgresConnection&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(metrics.Render(), Not(HasSubstr(none_refused)));
  ASSERT_OK(server->Restart());
  EXPECT_OK(database->Ping(context));
  ASSERT_OK(server->Restart());  // idle connections do not know of it
  EXPECT_OK(database->Write(context, [](PostgresConnection& connection) {
    return connection.Execute("INSERT INTO app.words (word) VALUES ('again')").status();
  }));
}

TEST(PostgresConninfoTest, ASecretStaysInItsFile) {
  const TempDirectory directory;
  EXPECT_THAT(ReadConninfo(directory.Write("good", " host=/nowhere password=hunter2\n")),
              IsOkAndHolds("host=/nowhere password=hunter2"));
  EXPECT_THAT(ReadConninfo(directory.File("missing")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing")));
  EXPECT_THAT(ReadConninfo(directory.Write("bad", "password 'hunter2")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("bad"), Not(HasSubstr("hunter2")))));
  EXPECT_THAT(
      PostgresDatabase::Open({.conninfo = "host=/nowhere password=hunter2"}, "app", kSchema),
      StatusIs(absl::StatusCode::kUnavailable,
               AllOf(HasSubstr("/nowhere"), Not(HasSubstr("hunter2")))));
}

}  // namespace
}  // namespace throughline::storage
