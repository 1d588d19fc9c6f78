// Faults of all kinds at random moments, the same for the same seed:
//
//   THROUGHLINE_FAULT_SECONDS=600 THROUGHLINE_FAULT_SEED=7 ctest -R fault_random_test -V

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"
#include "services/fault_proxy/control.h"
#include "tests/fault/cluster.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

int FromEnvironment(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  int value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) && value > 0 ? value : otherwise;
}

struct Fault {
  std::string name;
  std::function<absl::Status(absl::Duration lasting)> strike;  // and repair
};

absl::Status EndAndRestart(Cluster& cluster, const std::string& name, int signal) {
  cluster.process(name).Signal(signal);
  return cluster.Restart(name).status();
}

std::vector<Fault> EveryFault(Cluster& cluster, RedisServer& redis) {
  std::vector<Fault> faults;
  for (const std::string& name : cluster.names()) {
    for (const int signal : {SIGKILL, SIGTERM}) {
      faults.push_back(
          {absl::StrCat("signal ", signal, " to ", name), [&cluster, name, signal](absl::Duration) {
             return EndAndRestart(cluster, name, signal);
           }});
    }
    faults.push_back({absl::StrCat("stop of ", name), [&cluster, name](absl::Duration lasting) {
                        cluster.process(name).Signal(SIGSTOP);
                        absl::SleepFor(lasting);
                        cluster.process(name).Signal(SIGCONT);
                        return absl::OkStatus();
                      }});
  }
  for (const char* command : {"cut", "blackhole", "delay 100ms", "refuse", "throttle 50000"}) {
    faults.push_back({absl::StrCat("wire: ", command), [&cluster, command](absl::Duration lasting) {
                        absl::Status done = fault_proxy::Obey(*cluster.proxy(), command).status();
                        absl::SleepFor(lasting);
                        done.Update(fault_proxy::Obey(*cluster.proxy(), "heal").status());
                        return done;
                      }});
  }
  faults.push_back({"stop of Redis", [&redis](absl::Duration lasting) {
                      redis.Freeze();
                      absl::SleepFor(lasting);
                      redis.Thaw();
                      return absl::OkStatus();
                    }});
  faults.push_back({"kill of Redis", [&redis](absl::Duration lasting) {
                      redis.Stop();
                      absl::SleepFor(lasting);
                      return redis.Restart();
                    }});
  return faults;
}

TEST(RandomFaultTest, NoInvariantIsEverViolated) {
  const int seconds = FromEnvironment("THROUGHLINE_FAULT_SECONDS", 5);
  const int seed = FromEnvironment("THROUGHLINE_FAULT_SEED", 1);
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
