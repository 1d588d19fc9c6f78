// A new version is rolled out under load: where every service has two replicas, users see none of
// it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/postgres_server.h"
#include "common/testing/status_matchers.h"
#include "tests/fault/cluster.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

constexpr absl::Duration kBetweenRestarts = absl::Milliseconds(200);
constexpr int kUntilItGivesUp = 50;

// THROUGHLINE_ROLLOUTS=20 goes on for longer.
int Rollouts() {
  const char* text = std::getenv("THROUGHLINE_ROLLOUTS");
  int rollouts = 0;
  return text != nullptr && absl::SimpleAtoi(text, &rollouts) ? rollouts : 1;
}

class RollingRestartTest : public testing::Test {
 protected:
  void SetUp() override {
    auto postgres = PostgresServer::Start();
    ASSERT_OK(postgres.status());
    postgres_ = *std::move(postgres);
    for (const char* service : {"memory", "router", "orchestrator"}) {
      ASSERT_OK_AND_ASSIGN(conninfos_[service], postgres_->CreateDatabase(service));
    }
  }

  // Ends each of `names` in turn, as a rollout does, and starts it again.
  static void RollOut(Cluster& cluster, const std::vector<std::string>& names) {
    for (int rollout = 0; rollout < Rollouts(); ++rollout) {
      for (const std::string& name : names) {
        absl::SleepFor(kBetweenRestarts);
        cluster.process(name).Signal(SIGTERM);
        EXPECT_THAT(cluster.Restart(name), IsOkAndHolds(0)) << name;
      }
    }
  }

  std::unique_ptr<PostgresServer> postgres_;
  std::map<std::string, std::string> conninfos_;
};

TEST_F(RollingRestartTest, UsersSeeNoErrorWhileEveryReplicaIsReplaced) {
  auto started = Cluster::Start({.conninfos = conninfos_, .replicas = 2});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started, {.rate_per_second = 15, .retries = kUntilItGivesUp});
  ASSERT_OK(load.status());
  RollOut(**started, (*started)->names());
  const nlohmann::json report = (*load)->Finish(**started);
  EXPECT_EQ(report["errors"], 0) << report["firstError"];
  EXPECT_EQ(report["unsent"], 0);
}

// Nothing is given time to end: what is under way goes on in the other orchestrator.
TEST_F(RollingRestartTest, CallsThatAreHandedOverAreAnsweredWhenTheyAreAskedForAgain) {
  auto started = Cluster::Start({.conninfos = conninfos_,
                                 .environment = {{"THROUGHLINE_DRAIN_SECONDS", "1"}},
                                 .replicas = 2});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started,
                          {.rate_per_second = 60, .mix = "process=1", .retries = kUntilItGivesUp});
  ASSERT_OK(load.status());
  RollOut(**started, {"orchestrator", "orchestrator-2"});
  const nlohmann::json report = (*load)->Finish(**started);
  EXPECT_EQ(report["errors"], 0) << report["firstError"];
  EXPECT_GT(report["retries"], 0) << "nothing was under way";
}

}  // namespace
}  // namespace throughline::fault
