// How long memory takes, in one process without gRPC, on SQLite in a temporary folder:
//
//   recall_benchmark [customers] [facts per customer] [recalls] [threads]
//
// Prints one line a figure: retaining in batches; recalling cold, warm at each budget, and warm in
// a store that holds one customer only; the same questions put to SQLite's FTS5 over the same
// texts, all customers in one table as is usual; and the process's memory. "processor" is what one
// recall costs whatever else the machine does: 16 at once on two cores take about eight times as
// long.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/testing/temp_directory.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/sqlite_store.h"

namespace throughline::memory {
namespace {

constexpr int kBatch = 20;
constexpr int kMaxSearches = 200;  // of the peer, which takes long
constexpr const char* kSubjects[] = {"warehouse", "contract",  "budget", "migration", "security",
                                     "pricing",   "scheduler", "driver", "invoice",   "dashboard"};
constexpr const char* kVerbs[] = {"needs", "replaced", "approved", "delayed", "measured",
                                  "wants", "rejected", "moved",    "tested",  "renewed"};

std::string CustomerName(int customer) { return absl::StrCat("customer-", customer); }

// Deterministic facts whose words repeat as words do.
deal::Fact MakeFact(int customer, int number) {
  const int mixed = number * 7919 + customer * 104729;
  const std::string text = absl::StrCat(
      "The ", kSubjects[mixed % 10], " team ", kVerbs[mixed / 10 % 10], " item ", number,
      " before the ", kSubjects[mixed / 100 % 10], " of site ", mixed / 1000 % 97, " is reviewed.");
  return {.kind = deal::FactKind::kStatement,
          .text = text,
          .evidence = {{.call_id = absl::StrCat("call-", number / 50),
                        .turn = number % 50,
                        .speaker = "Ann Lee",
                        .quote = text}},
          .confidence = 0.9};
}

absl::Status Fill(Memory& memory, int customer, int facts) {
  const Context context = Context::Background();
  for (int first = 0; first < facts; first += kBatch) {
    RetainCommand command;
    for (int i = first; i < std::min(facts, first + kBatch); ++i) {
      command.facts.push_back(MakeFact(customer, i));
    }
    const auto kept = memory.Retain(context, CustomerName(customer), std::move(command));
    if (!kept.ok()) return kept.status();
  }
  return absl::OkStatus();
}

std::string Question(int number) {
  return absl::StrCat("Which item did the ", kSubjects[number % 10], " team ",
                      kVerbs[number / 10 % 10], " at site ", number % 97, "?");
}

absl::Duration RecallOnce(Memory& memory, int customer, int number, RecallBudget budget) {
  const absl::Time started = absl::Now();
  const auto found = memory.Recall(Context::Background(), CustomerName(customer),
                                   {.query = Question(number), .budget = budget});
  if (!found.ok()) std::fprintf(stderr, "%s\n", found.status().ToString().c_str());
  return absl::Now() - started;
}

// Processor time this process has used.
absl::Duration ProcessorTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

struct Timed {
  std::vector<absl::Duration> times;
  absl::Duration processor;  // of all together
};

void Print(absl::string_view name, Timed timed) {
  std::vector<absl::Duration>& times = timed.times;
  std::sort(times.begin(), times.end());
  const auto at = [&times](double share) {
    const auto index = static_cast<size_t>(share * static_cast<double>(times.size() - 1));
    return absl::ToDoubleMilliseconds(times[index]);
  };
  std::printf("%-34s n=%zu p50 %.3f ms  p95 %.3f ms  p99 %.3f ms  processor %.3f ms each\n",
              std::string(name).c_str(), times.size(), at(0.5), at(0.95), at(0.99),
              absl::ToDoubleMilliseconds(timed.processor) / static_cast<double>(times.size()));
}

// `recalls` recalls over `customers`, `threads` at a time.
Timed RecallMany(Memory& memory, int customers, int recalls, int threads,
                 RecallBudget budget = RecallBudget::kHigh) {
  const absl::Duration before = ProcessorTime();
  std::vector<absl::Duration> times(static_cast<size_t>(recalls));
  std::atomic<int> next = 0;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (int i = next++; i < recalls; i = next++) {
        times[static_cast<size_t>(i)] = RecallOnce(memory, i % customers, i, budget);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return {.times = std::move(times), .processor = ProcessorTime() - before};
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
  Timed timed;
  const absl::Duration before = ProcessorTime();
  for (int i = 0; i < recalls; ++i) {
    const absl::Time started = absl::Now();
    std::string words = Question(i);
    words.pop_back();  // the question mark
    search.bind(1, absl::StrReplaceAll(words, {{" ", " OR "}}));
    search.bind(2, i % customers);
    while (search.executeStep()) {
    }
    search.reset();
    timed.times.push_back(absl::Now() - started);
  }
  timed.processor = ProcessorTime() - before;
  return timed;
}

std::string ResidentMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return line;
  }
  return "VmRSS: unknown";
}

int Run(int customers, int facts, int recalls, int threads) {
  const TempDirectory directory;
  auto store = store::SqliteStore::Open(directory.File("many.db"));
  auto alone = store::SqliteStore::Open(directory.File("one.db"));
  if (!store.ok() || !alone.ok()) return 1;
  Memory writer(**store, Clock::Real(), {});
  const absl::Time started = absl::Now();
  for (int customer = 0; customer < customers; ++customer) {
    if (const absl::Status filled = Fill(writer, customer, facts); !filled.ok()) {
      std::fprintf(stderr, "%s\n", filled.ToString().c_str());
      return 1;
    }
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - started);
  std::printf("%-34s %.0f facts/s in batches of %d, one writer\n", "retain",
              customers * static_cast<double>(facts) / seconds, kBatch);
  Memory reader(**store, Clock::Real(), {});
  const int hot = std::min(customers, 16);
  Print("recall, cold", RecallMany(reader, hot, hot, threads));
  Print(absl::StrCat("recall, warm, ", customers, " customers"),
        RecallMany(reader, hot, recalls, threads));
  Print("recall, warm, MID", RecallMany(reader, hot, recalls, threads, RecallBudget::kMid));
  Print("recall, warm, LOW", RecallMany(reader, hot, recalls, threads, RecallBudget::kLow));
  Memory single(**alone, Clock::Real(), {});
  if (!Fill(single, 0, facts).ok()) return 1;
  Print("recall, cold, 1 customer", RecallMany(single, 1, 1, 1));
  Print("recall, warm, 1 customer", RecallMany(single, 1, recalls, threads));
  std::printf("%s\n", ResidentMemory().c_str());
  const int searches = std::min(recalls, kMaxSearches);
  Print(absl::StrCat("FTS5, warm, ", customers, " customers"),
        SearchFts5(directory.File("peer.db"), customers, facts, searches));
  Print("FTS5, warm, 1 customer", SearchFts5(directory.File("peer1.db"), 1, facts, searches));
  return 0;
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
  return throughline::memory::Run(numbers[0], numbers[1], numbers[2], numbers[3]);
}
