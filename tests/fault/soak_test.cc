// A long day of mixed load and of faults that a process lives through, hour by hour:
//
//   THROUGHLINE_SOAK_SECONDS=1800 ctest -R fault_soak_test -V
//
// Each hour has customers of its own, so that each is the same work: what a process holds at the
// end of a later one must be what it held at the end of an earlier one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"
#include "tests/fault/cluster.h"
#include "tests/fault/faults.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

constexpr int kHours = 6;
// Caches fill and threads start in the first hours.
constexpr int kSettledHour = 2;
constexpr double kRatePerSecond = 20;
// What a process may hold more at the end than when it had settled: a share, and what a short run
// has not settled yet.
constexpr double kMaxGrowth = 0.15;
constexpr int64_t kSlackKib = 24 << 10;
// A thread sanitizer writes down every place that is touched.
#ifdef __SANITIZE_THREAD__
constexpr bool kMemoryIsItsOwn = false;
#else
constexpr bool kMemoryIsItsOwn = true;
#endif
constexpr int64_t kSlackThreads = 8;
constexpr int64_t kSlackFiles = 16;

struct Held {
  int64_t resident_kib = 0;
  int64_t threads = 0;
  int64_t files = 0;
};

Held HeldBy(pid_t process) {
  const std::string folder = absl::StrCat("/proc/", process);
  Held held;
  std::ifstream status(folder + "/status");
  for (std::string line; std::getline(status, line);) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() < 2) continue;
    if (words[0] == "VmRSS:") (void)absl::SimpleAtoi(words[1], &held.resident_kib);
    if (words[0] == "Threads:") (void)absl::SimpleAtoi(words[1], &held.threads);
  }
  const std::filesystem::directory_iterator files(folder + "/fd");
  held.files = std::distance(begin(files), end(files));
  return held;
}

class Soak {
 public:
  Soak(Cluster& cluster, RedisServer& redis, int seed) : cluster_(cluster), random_(seed) {
    for (const std::vector<Fault>& some :
         {StopsOfProcesses(cluster), FaultsOfTheWire(cluster), FaultsOfRedis(redis)}) {
      faults_.insert(faults_.end(), some.begin(), some.end());
    }
  }

  // Load and faults for `lasting`; what each process holds when all is well again.
  std::map<std::string, Held> Hour(int number, absl::Duration lasting) {
    std::map<std::string, Held> held;
    auto load = Load::Start(cluster_, {.rate_per_second = kRatePerSecond, .seed = number});
    EXPECT_OK(load.status());
    if (!load.ok()) return held;
    for (const absl::Time end = absl::Now() + lasting; absl::Now() < end;) {
      const Fault& fault = faults_[random_() % faults_.size()];
      EXPECT_OK(fault.strike(absl::Milliseconds(100 + random_() % 900))) << fault.name;
      absl::SleepFor(std::min<absl::Duration>(end - absl::Now(), lasting / 20));
    }
    EXPECT_OK(AwaitRecovery(cluster_, absl::StrCat("hour ", number)).status());
    const nlohmann::json report = (*load)->Finish(cluster_);
    for (const std::string& name : cluster_.names()) {
      held[name] = HeldBy(cluster_.process(name).pid());
      std::printf("[soak] hour %d, %s: %ld MiB, %ld threads, %ld files\n", number, name.c_str(),
                  held[name].resident_kib >> 10, held[name].threads, held[name].files);
    }
    if (report.contains("operations")) PrintLatency(number, report.at("operations"));
    return held;
  }

 private:
  static void PrintLatency(int number, const nlohmann::json& operations) {
    for (const auto& [operation, figures] : operations.items()) {
      const nlohmann::json& latency = figures.at("latencyMs");
      std::printf("[soak] hour %d, %s: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms\n", number,
                  operation.c_str(), latency.at("p50").get<double>(),
                  latency.at("p90").get<double>(), latency.at("p99").get<double>());
    }
  }

  Cluster& cluster_;
  std::minstd_rand random_;
  std::vector<Fault> faults_;
};

TEST(SoakTest, AProcessHoldsNoMoreInTheLastHourThanInTheSecond) {
  const int seconds = NumberFromEnvironment("THROUGHLINE_SOAK_SECONDS", 6);
  auto redis = RedisServer::Start();
  ASSERT_OK(redis.status());
  // A cache that is full within the first hour holds no more in the last; nor does an address
  // sanitizer, where there is one, that keeps little of what was freed.
  auto started = Cluster::Start(
      {.redis = (*redis)->address(),
       .environment = {{"THROUGHLINE_INDEX_CACHE_MIB", "16"},
                       {"ASAN_OPTIONS", "quarantine_size_mb=8:thread_local_quarantine_size_kb=16"}},
       .proxy = true});
  ASSERT_OK(started.status());
  Soak soak(**started, **redis, NumberFromEnvironment("THROUGHLINE_FAULT_SEED", 1));
  std::map<std::string, Held> settled;
  for (int hour = 1; hour <= kHours && !::testing::Test::HasFailure(); ++hour) {
    const std::map<std::string, Held> held = soak.Hour(hour, absl::Seconds(seconds) / kHours);
    if (hour == kSettledHour) settled = held;
    if (hour < kHours) continue;
    for (const auto& [name, last] : held) {
      const Held& before = settled.at(name);
      const auto more = static_cast<int64_t>(static_cast<double>(before.resident_kib) * kMaxGrowth);
      if (kMemoryIsItsOwn) {
        EXPECT_LE(last.resident_kib, before.resident_kib + more + kSlackKib) << name;
      }
      EXPECT_LE(last.threads, before.threads + kSlackThreads) << name;
      EXPECT_LE(last.files, before.files + kSlackFiles) << name;
    }
  }
}

}  // namespace
}  // namespace throughline::fault
