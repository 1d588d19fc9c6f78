// How long one judgement of a general prompt and draft takes, over a file of JSON lines {"prompt",
// "response"} named by THROUGHLINE_PROMPTS, else over texts made here. Prints p50, p99 and the
// longest in microseconds beside Google Benchmark's mean.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/router/domain/judge/judge.h"
#include "services/router/domain/judge/sources.h"

namespace throughline::router {
namespace {

struct Case {
  Request request;
  ModelReply reply;
};

Case MakeCase(std::string prompt, std::string draft) {
  Case made;
  made.request.messages.push_back({.role = Role::kUser, .content = std::move(prompt)});
  made.reply.text = std::move(draft);
  return made;
}

std::vector<Case> LoadCases() {
  std::vector<Case> cases;
  if (const char* path = std::getenv("THROUGHLINE_PROMPTS")) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      const auto row = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
      if (!row.is_object()) continue;
      cases.push_back(MakeCase(row.value("prompt", ""), row.value("response", "")));
    }
  }
  for (int n = 2; cases.size() < 100; ++n) {
    cases.push_back(MakeCase(
        absl::StrCat("A shop packs ", n, " boxes an hour, each with ", n + 3,
                     " jars, for 6 hours, and then loses 10% of the jars. How many are left?"),
        absl::StrCat("In 6 hours it packs ", n, " * 6 = ", 6 * n, " boxes.\nThat is ", 6 * n, " * ",
                     n + 3, " = ", 6 * n * (n + 3), " jars.\nThe answer is ", 6 * n * (n + 3))));
  }
  return cases;
}

double ThreadCpuMicros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double WallMicros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::micro>(now).count();
}

double Percentile(std::vector<double>& values, size_t percent) {
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) * percent / 100];
}

void BM_JudgeGeneral(benchmark::State& state) {
  const std::vector<Case> cases = LoadCases();
  Judge judge;
  std::vector<double> cpu;
  std::vector<double> wall;
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Case& one = cases[next++ % cases.size()];
    const double cpu_begin = ThreadCpuMicros();
    const double wall_begin = WallMicros();
    benchmark::DoNotOptimize(judge.Assess(one.request, Sources(one.request), one.reply, 0.72));
    wall.push_back(WallMicros() - wall_begin);
    cpu.push_back(ThreadCpuMicros() - cpu_begin);
  }
  state.counters["cpu_p50_us"] = Percentile(cpu, 50);
  state.counters["cpu_p99_us"] = Percentile(cpu, 99);
  state.counters["wall_p50_us"] = Percentile(wall, 50);
  state.counters["wall_p99_us"] = Percentile(wall, 99);
}
BENCHMARK(BM_JudgeGeneral)->MinTime(2);

}  // namespace
}  // namespace throughline::router

BENCHMARK_MAIN();
