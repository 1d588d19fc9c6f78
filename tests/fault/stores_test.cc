// What lies under the services fails: Redis, PostgreSQL, the disk, the clock.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/postgres_server.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/fault/cluster.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

constexpr absl::Duration kBetweenFaults = absl::Milliseconds(500);
constexpr absl::Duration kFaultLasts = absl::Milliseconds(1000);

// Redis is a cache: users see none of what befalls it but time.
TEST(RedisFaultTest, UsersSeeNoError) {
  auto redis = RedisServer::Start();
  ASSERT_OK(redis.status());
  auto started = Cluster::Start({.redis = (*redis)->address()});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started, {.mix = "process=1,recall=4"});
  ASSERT_OK(load.status());
  absl::SleepFor(kBetweenFaults);
  (*redis)->Freeze();
  absl::SleepFor(kFaultLasts);
  (*redis)->Thaw();
  ASSERT_OK(AwaitRecovery(**started, "SIGSTOP of Redis").status());
  (*redis)->Stop();
  absl::SleepFor(kFaultLasts);
  ASSERT_OK((*redis)->Restart());
  ASSERT_OK(AwaitRecovery(**started, "kill -9 of Redis, empty restart").status());
  EXPECT_EQ((*load)->Finish(**started)["errors"], 0);
}

TEST(PostgresFaultTest, WhatWasAcknowledgedOutlivesTheServer) {
  auto postgres = PostgresServer::Start();
  ASSERT_OK(postgres.status());
  std::map<std::string, std::string> conninfos;
  for (const char* service : {"memory", "router", "orchestrator"}) {
    ASSERT_OK_AND_ASSIGN(conninfos[service], (*postgres)->CreateDatabase(service));
  }
  auto started = Cluster::Start({.conninfos = conninfos});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started, {.rate_per_second = 10});
  ASSERT_OK(load.status());
  absl::SleepFor(kBetweenFaults);
  (*postgres)->Freeze();
  absl::SleepFor(kFaultLasts);
  (*postgres)->Thaw();
  ASSERT_OK(AwaitRecovery(**started, "SIGSTOP of PostgreSQL").status());
  ASSERT_OK((*postgres)->Restart());
  ASSERT_OK(AwaitRecovery(**started, "crash of PostgreSQL").status());
  (*load)->Finish(**started);
}

// The largest file of the process's folder cannot grow any more.
TEST(DiskFaultTest, AFullDiskIsAnErrorThatEndsWithIt) {
  auto started = Cluster::Start({.shape = Cluster::Shape::kOneProcess});
  ASSERT_OK(started.status());
  ASSERT_OK(AwaitRecovery(**started, "a first call").status());
  auto load = Load::Start(**started, {.mix = "process=3,ingest=1,recall=1"});
  ASSERT_OK(load.status());
  absl::SleepFor(kBetweenFaults);
  const pid_t pid = (*started)->process("throughline").pid();
  constexpr rlim_t kFullAtBytes = 64 * 1024;
  rlimit before{};
  ASSERT_EQ(prlimit(pid, RLIMIT_FSIZE, nullptr, &before), 0);
  const rlimit full{.rlim_cur = kFullAtBytes, .rlim_max = before.rlim_max};
  ASSERT_EQ(prlimit(pid, RLIMIT_FSIZE, &full, nullptr), 0);
  absl::SleepFor(kFaultLasts);
  ASSERT_EQ(prlimit(pid, RLIMIT_FSIZE, &before, nullptr), 0);
  ASSERT_OK(AwaitRecovery(**started, "room on the disk").status());
  const nlohmann::json report = (*load)->Finish(**started);
  EXPECT_GT(report["errors"], 0) << "the disk was never full";
}

// The clock jumps a day ahead and two days back while calls are processed.
TEST(ClockFaultTest, StepsOfTheClockLoseNothing) {
#ifdef THROUGHLINE_SANITIZED
  GTEST_SKIP() << "a sanitizer's runtime wants to be loaded before anything else";
#endif
  const TempDirectory directory;
  const std::string offset = directory.Write("offset", "0\n");
  auto started = Cluster::Start({.environment = {{"LD_PRELOAD", BinaryPath("libclock_steps.so")},
                                                 {"THROUGHLINE_CLOCK_OFFSET_FILE", offset}}});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started, {});
  ASSERT_OK(load.status());
  constexpr int kDaySeconds = 24 * 60 * 60;
  for (const int seconds : {kDaySeconds, -kDaySeconds, 0}) {
    absl::SleepFor(kBetweenFaults);
    std::ofstream(offset) << seconds << "\n";
    ASSERT_OK(AwaitRecovery(**started, absl::StrCat("clock ", seconds, " s off")).status());
  }
  (*load)->Finish(**started);
}

}  // namespace
}  // namespace throughline::fault
