// A new version is rolled out under load: users of two orchestrators see none of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <map>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/postgres_server.h"
#include "common/testing/status_matchers.h"
#include "tests/fault/cluster.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

constexpr absl::Duration kBetweenRestarts = absl::Milliseconds(500);
constexpr int kUntilItGivesUp = 50;

// THROUGHLINE_ROLLOUTS=20 goes on for longer.
int Rollouts() {
  const char* text = std::getenv("THROUGHLINE_ROLLOUTS");
  int rollouts = 0;
  return text != nullptr && absl::SimpleAtoi(text, &rollouts) ? rollouts : 2;
}

TEST(RollingRestartTest, UsersOfTwoOrchestratorsSeeNoError) {
  auto postgres = PostgresServer::Start();
  ASSERT_OK(postgres.status());
  std::map<std::string, std::string> conninfos;
  for (const char* service : {"memory", "router", "orchestrator"}) {
    ASSERT_OK_AND_ASSIGN(conninfos[service], (*postgres)->CreateDatabase(service));
  }
  auto started = Cluster::Start({.conninfos = conninfos, .orchestrators = 2});
  ASSERT_OK(started.status());
  Cluster& cluster = **started;
  auto load = Load::Start(
      cluster, {.rate_per_second = 15, .mix = "process=4,ingest=2", .retries = kUntilItGivesUp});
  ASSERT_OK(load.status());
  for (int rollout = 0; rollout < Rollouts(); ++rollout) {
    for (const char* name : {"orchestrator", "orchestrator-2"}) {
      absl::SleepFor(kBetweenRestarts);
      cluster.process(name).Signal(SIGTERM);
      EXPECT_THAT(cluster.Restart(name), IsOkAndHolds(0)) << name;
    }
  }
  const nlohmann::json report = (*load)->Finish(cluster);
  EXPECT_EQ(report["errors"], 0) << report["firstError"];
  EXPECT_EQ(report["unsent"], 0);
}

}  // namespace
}  // namespace throughline::fault
