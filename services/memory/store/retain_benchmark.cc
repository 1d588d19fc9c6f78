// How fast facts become durable, in one process without gRPC, on disk:
//
//   retain_benchmark [batches] [facts per batch]
//
// Prints a line for SQLite and for a PostgreSQL of its own, with one writer and with eight, each
// writing to a customer of its own; every commit reaches the disk before the next batch.
#include <atomic>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/rpc/service_runner.h"
#include "common/testing/postgres_server.h"
#include "common/testing/temp_directory.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/postgres_store.h"
#include "services/memory/store/sqlite_store.h"

namespace throughline::memory {
namespace {

RetainCommand Batch(int number, int facts) {
  const std::string call = absl::StrCat("call-", number);
  RetainCommand command;
  for (int i = 0; i < facts; ++i) {
    const std::string text =
        absl::StrCat("Site ", i, " of the warehouse team renewed contract ", number, ".");
    command.facts.push_back(
        {.kind = deal::FactKind::kStatement,
         .text = text,
         .evidence = {{.call_id = call, .turn = i, .speaker = "Ann Lee", .quote = text}},
         .confidence = 0.9});
  }
  return command;
}

// `batches` in all, shared between `writers`. False when one failed.
bool Measure(const char* name, MemoryStore& store, int writers, int batches, int facts) {
  Memory memory(store, Clock::Real(), {});
  std::atomic<bool> all_kept = true;
  const absl::Time started = absl::Now();
  const std::clock_t cpu_before = std::clock();
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&, w] {
      const std::string customer = absl::StrCat("customer-", writers, "-", w);
      for (int b = w; b < batches; b += writers) {
        const auto kept = memory.Retain(Context::Background(), customer, Batch(b, facts));
        if (kept.ok()) continue;
        std::fprintf(stderr, "%s\n", kept.status().ToString().c_str());
        all_kept = false;
        return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - started);
  const double cpu_ms = 1000.0 * static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC;
  std::printf(
      "%-10s %d writer%s  %.0f facts/s durable; a batch of %d: %.2f ms, %.2f ms CPU of ours\n",
      name, writers, writers == 1 ? " " : "s", batches * facts / seconds, facts,
      seconds * 1000 * writers / batches, cpu_ms / batches);
  return all_kept;
}

int Run(int batches, int facts) {
  const TempDirectory directory;
  const auto sqlite = store::SqliteStore::Open(directory.File("memory.db"));
  const auto server = PostgresServer::Start({.durable = true});
  if (!sqlite.ok() || !server.ok()) return 1;
  const auto postgres =
      store::PostgresStore::Open({.conninfo = (*server)->Conninfo()}, std::nullopt);
  if (!postgres.ok()) return 1;
  bool all_kept = true;
  for (const int writers : {1, 8}) {
    all_kept = Measure("SQLite", **sqlite, writers, batches, facts) && all_kept;
    all_kept = Measure("PostgreSQL", **postgres, writers, batches, facts) && all_kept;
  }
  return all_kept ? 0 : 1;
}

}  // namespace
}  // namespace throughline::memory

int main(int argc, char** argv) {
  int numbers[] = {500, 20};
  for (int i = 1; i < argc && i <= 2; ++i) {
    if (!absl::SimpleAtoi(argv[i], &numbers[i - 1]) || numbers[i - 1] < 1) {
      std::fprintf(stderr, "argument %d: expected a positive number, not \"%s\"\n", i, argv[i]);
      return 2;
    }
  }
  if (!throughline::rpc::PrepareProcess("benchmark", "warning").ok()) return 1;
  return throughline::memory::Run(numbers[0], numbers[1]);
}
