#include "services/memory/benchmark_kit.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace throughline::memory {
namespace {

constexpr const char* kSubjects[] = {"warehouse", "contract",  "budget", "migration", "security",
                                     "pricing",   "scheduler", "driver", "invoice",   "dashboard"};
constexpr const char* kVerbs[] = {"needs", "replaced", "approved", "delayed", "measured",
                                  "wants", "rejected", "moved",    "tested",  "renewed"};

absl::Duration ProcessorTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

}  // namespace

std::string CustomerName(int customer) { return absl::StrCat("customer-", customer); }

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

std::string MakeQuestion(int number) {
  return absl::StrCat("Which item did the ", kSubjects[number % 10], " team ",
                      kVerbs[number / 10 % 10], " at site ", number % 97, "?");
}

absl::Status Fill(Memory& memory, int customer, int facts, int batch) {
  for (int first = 0; first < facts; first += batch) {
    RetainCommand command;
    for (int i = first; i < std::min(facts, first + batch); ++i) {
      command.facts.push_back(MakeFact(customer, i));
    }
    const auto kept =
        memory.Retain(Context::Background(), CustomerName(customer), std::move(command));
    if (!kept.ok()) return kept.status();
  }
  return absl::OkStatus();
}

Timed RunMany(int count, int threads, absl::FunctionRef<void(int)> work) {
  const absl::Duration before = ProcessorTime();
  std::vector<absl::Duration> times(static_cast<size_t>(count));
  std::atomic<int> next = 0;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (int i = next++; i < count; i = next++) {
        const absl::Time started = absl::Now();
        work(i);
        times[static_cast<size_t>(i)] = absl::Now() - started;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return {.times = std::move(times), .processor = ProcessorTime() - before};
}

absl::Duration Percentile(std::vector<absl::Duration> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
}

void Print(absl::string_view name, const Timed& timed) {
  const auto at = [&timed](double share) {
    return absl::ToDoubleMilliseconds(Percentile(timed.times, share));
  };
  std::printf(
      "%-36s n=%zu p50 %.3f ms  p95 %.3f ms  p99 %.3f ms  processor %.3f ms each\n",
      std::string(name).c_str(), timed.times.size(), at(0.5), at(0.95), at(0.99),
      absl::ToDoubleMilliseconds(timed.processor) / static_cast<double>(timed.times.size()));
  std::fflush(stdout);
}

std::string StatusLine(absl::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (absl::StartsWith(line, name)) return line;
  }
  return absl::StrCat(name, ": unknown");
}

}  // namespace throughline::memory
