// Faults of all kinds at random moments, the same for the same seed:
//
//   THROUGHLINE_FAULT_SECONDS=600 THROUGHLINE_FAULT_SEED=7 ctest -R fault_random_test -V

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"
#include "tests/fault/cluster.h"
#include "tests/fault/faults.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

std::vector<Fault> EveryFault(Cluster& cluster, RedisServer& redis) {
  std::vector<Fault> every;
  for (const std::vector<Fault>& some : {EndsOfProcesses(cluster), StopsOfProcesses(cluster),
                                         FaultsOfTheWire(cluster), FaultsOfRedis(redis)}) {
    every.insert(every.end(), some.begin(), some.end());
  }
  return every;
}

TEST(RandomFaultTest, NoInvariantIsEverViolated) {
  const int seconds = NumberFromEnvironment("THROUGHLINE_FAULT_SECONDS", 5);
  const int seed = NumberFromEnvironment("THROUGHLINE_FAULT_SEED", 1);
  std::printf("[random] %d s, seed %d\n", seconds, seed);
  std::minstd_rand random(static_cast<unsigned>(seed));
  auto redis = RedisServer::Start();
  ASSERT_OK(redis.status());
  auto started = Cluster::Start({.redis = (*redis)->address(), .proxy = true});
  ASSERT_OK(started.status());
  const std::vector<Fault> faults = EveryFault(**started, **redis);
  auto load = Load::Start(**started, {.seed = seed});
  ASSERT_OK(load.status());
  const absl::Time end = absl::Now() + absl::Seconds(seconds);
  while (absl::Now() < end) {
    const Fault& fault = faults[random() % faults.size()];
    const absl::Duration lasting = absl::Milliseconds(100 + random() % 1400);
    const absl::Duration rest = absl::Milliseconds(random() % 500);
    std::printf("[random] %s, %.0f ms\n", fault.name.c_str(), absl::ToDoubleMilliseconds(lasting));
    ASSERT_OK(fault.strike(lasting)) << fault.name;
    absl::SleepFor(rest);
  }
  ASSERT_OK(AwaitRecovery(**started, "everything").status());
  (*load)->Finish(**started);
}

}  // namespace
}  // namespace throughline::fault
