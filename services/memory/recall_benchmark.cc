// What recall costs at each budget, and the same questions put to SQLite's FTS5 and PostgreSQL's
// full-text search over the same texts, all customers in one table as is usual:
//
//   recall_benchmark [customers] [facts per customer] [recalls] [threads]
//
// In one process without gRPC, on SQLite in a temporary folder. "processor" is what one recall
// costs this process whatever else the machine does: 16 at once on two cores take about eight
// times as long. Of PostgreSQL it is the client's share alone; its server's is in the latency.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "common/storage/migration.h"
#include "common/storage/postgres.h"
#include "common/testing/postgres_server.h"
#include "common/testing/temp_directory.h"
#include "services/memory/benchmark_kit.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/sqlite_store.h"

namespace throughline::memory {
namespace {

constexpr int kBatch = 20;
constexpr int kMaxSearches = 200;  // of the peer, which takes long

Timed RecallMany(Memory& memory, int customers, int recalls, int threads, RecallBudget budget) {
  return RunMany(recalls, threads, [&](int i) {
    const auto found = memory.Recall(Context::Background(), CustomerName(i % customers),
                                     {.query = MakeQuestion(i), .budget = budget});
    if (!found.ok()) std::fprintf(stderr, "%s\n", found.status().ToString().c_str());
  });
}

// The peer: one FTS5 table with the texts of all customers, asked for one customer's best fifty by
// one thread.
Timed SearchFts5(const std::string& path, int customers, int facts, int recalls) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(
      "CREATE VIRTUAL TABLE peer USING fts5(text, customer UNINDEXED, tokenize = 'porter')");
  SQLite::Transaction filling(database);
  SQLite::Statement insert(database, "INSERT INTO peer (text, customer) VALUES (?, ?)");
  for (int customer = 0; customer < customers; ++customer) {
    for (int i = 0; i < facts; ++i) {
      insert.bind(1, MakeFact(customer, i).text);
      insert.bind(2, customer);
      insert.exec();
      insert.reset();
    }
  }
  filling.commit();
  SQLite::Statement search(database,
                           "SELECT text FROM peer WHERE peer MATCH ? AND customer = ? "
                           "ORDER BY bm25(peer) LIMIT 50");
  return RunMany(recalls, 1, [&](int i) {
    std::string words = MakeQuestion(i);
    words.pop_back();  // the question mark
    search.bind(1, absl::StrReplaceAll(words, {{" ", " OR "}}));
    search.bind(2, i % customers);
    while (search.executeStep()) {
    }
    search.reset();
  });
}

// The other peer: a table with a GIN index over the texts and an index over the customers, asked by
// one thread as well.
absl::StatusOr<std::unique_ptr<storage::PostgresDatabase>> FillPostgres(const std::string& conninfo,
                                                                        int customers, int facts) {
  const storage::Migration migrations[] = {
      {1, "facts",
       "CREATE TABLE peer.facts (text TEXT, customer BIGINT, words TSVECTOR "
       "GENERATED ALWAYS AS (to_tsvector('english', text)) STORED)"}};
  ASSIGN_OR_RETURN(auto database,
                   storage::PostgresDatabase::Open({.conninfo = conninfo}, "peer", migrations));
  const auto execute = [&](const std::string& sql,
                           absl::Span<const storage::PostgresValue> parameters = {}) {
    return database->Write(Context::Background(), [&](storage::PostgresConnection& connection) {
      return connection.Execute(sql, parameters).status();
    });
  };
  for (int customer = 0; customer < customers; ++customer) {
    std::vector<std::string> texts;
    for (int i = 0; i < facts; ++i) texts.push_back(MakeFact(customer, i).text);
    RETURN_IF_ERROR(
        execute("INSERT INTO peer.facts (text, customer) SELECT text, $2 FROM unnest($1) AS text",
                {storage::PostgresValue::Texts(texts), storage::PostgresValue::Integer(customer)}));
  }
  for (const char* sql : {"CREATE INDEX ON peer.facts USING gin (words)",
                          "CREATE INDEX ON peer.facts (customer)", "ANALYZE peer.facts"}) {
    RETURN_IF_ERROR(execute(sql));
  }
  return database;
}

absl::StatusOr<Timed> SearchPostgres(const std::string& conninfo, int customers, int facts,
                                     int recalls) {
  ASSIGN_OR_RETURN(const auto database, FillPostgres(conninfo, customers, facts));
  absl::Status failure;
  Timed timed = RunMany(recalls, 1, [&](int i) {
    std::string words = MakeQuestion(i);
    words.pop_back();  // the question mark
    failure.Update(
        database->ReadOne(Context::Background(), [&](storage::PostgresConnection& connection) {
          return connection
              .Execute(
                  "SELECT text FROM peer.facts, to_tsquery('english', $1) AS question "
                  "WHERE words @@ question AND customer = $2 "
                  "ORDER BY ts_rank_cd(words, question) DESC LIMIT 50",
                  {storage::PostgresValue::Text(absl::StrReplaceAll(words, {{" ", " | "}})),
                   storage::PostgresValue::Integer(i % customers)})
              .status();
        }));
  });
  if (!failure.ok()) return failure;
  return timed;
}

absl::Status PrintPostgres(int customers, int facts, int searches) {
  ASSIGN_OR_RETURN(const auto server, PostgresServer::Start());
  for (const int among : {customers, 1}) {
    ASSIGN_OR_RETURN(const std::string conninfo,
                     server->CreateDatabase(absl::StrCat("among_", among)));
    ASSIGN_OR_RETURN(const Timed timed, SearchPostgres(conninfo, among, facts, searches));
    Print(absl::StrCat("PostgreSQL, warm, ", among, among == 1 ? " customer" : " customers"),
          timed);
  }
  return absl::OkStatus();
}

int Run(int customers, int facts, int recalls, int threads) {
  const TempDirectory directory;
  auto store = store::SqliteStore::Open(directory.File("many.db"));
  if (!store.ok()) return 1;
  Memory memory(**store, Clock::Real(), {});
  for (int customer = 0; customer < customers; ++customer) {
    if (const absl::Status filled = Fill(memory, customer, facts, kBatch); !filled.ok()) {
      std::fprintf(stderr, "%s\n", filled.ToString().c_str());
      return 1;
    }
  }
  const int hot = std::min(customers, 16);
  RecallMany(memory, hot, recalls, threads, RecallBudget::kHigh);
  for (const auto& [name, budget] : {std::pair("recall, warm, HIGH", RecallBudget::kHigh),
                                     std::pair("recall, warm, MID", RecallBudget::kMid),
                                     std::pair("recall, warm, LOW", RecallBudget::kLow)}) {
    Print(name, RecallMany(memory, hot, recalls, threads, budget));
  }
  const int searches = std::min(recalls, kMaxSearches);
  // As the peers are asked.
  Print("recall, warm, HIGH, one thread",
        RecallMany(memory, hot, searches, 1, RecallBudget::kHigh));
  Print(absl::StrCat("FTS5, warm, ", customers, " customers"),
        SearchFts5(directory.File("peer.db"), customers, facts, searches));
  Print("FTS5, warm, 1 customer", SearchFts5(directory.File("peer1.db"), 1, facts, searches));
  const absl::Status asked = PrintPostgres(customers, facts, searches);
  if (!asked.ok()) std::fprintf(stderr, "PostgreSQL: %s\n", asked.ToString().c_str());
  return asked.ok() ? 0 : 1;
}

}  // namespace
}  // namespace throughline::memory

int main(int argc, char** argv) {
  int numbers[] = {50, 5000, 2000, 16};
  for (int i = 1; i < argc && i <= 4; ++i) {
    if (!absl::SimpleAtoi(argv[i], &numbers[i - 1]) || numbers[i - 1] < 1) {
      std::fprintf(stderr, "argument %d: expected a positive number, not \"%s\"\n", i, argv[i]);
      return 2;
    }
  }
  if (!throughline::rpc::PrepareProcess("benchmark", "warning").ok()) return 1;
  return throughline::memory::Run(numbers[0], numbers[1], numbers[2], numbers[3]);
}
