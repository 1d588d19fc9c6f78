// Each process of the system is killed, ended and stopped under load. What was acknowledged is
// there exactly once, in its order, and the ledger sums up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/status_matchers.h"
#include "tests/fault/cluster.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

constexpr absl::Duration kStopped = absl::Milliseconds(400);
constexpr absl::Duration kBetweenFaults = absl::Milliseconds(200);

// Starts again as soon as it has ended, as a supervisor would.
void EndAndRestart(Cluster& cluster, const std::string& name, int signal) {
  cluster.process(name).Signal(signal);
  const absl::StatusOr<int> code = cluster.Restart(name);
  ASSERT_OK(code.status());
  EXPECT_EQ(*code, signal == SIGTERM ? 0 : 128 + signal) << name;
}

void StopAndContinue(Cluster& cluster, const std::string& name) {
  cluster.process(name).Signal(SIGSTOP);
  absl::SleepFor(kStopped);
  cluster.process(name).Signal(SIGCONT);
}

void StrikeEach(Cluster::Shape shape, int signal, const std::string& word) {
  auto started = Cluster::Start({.shape = shape});
  ASSERT_OK(started.status());
  Cluster& cluster = **started;
  auto load = Load::Start(cluster, {});
  ASSERT_OK(load.status());
  for (const std::string& name : cluster.names()) {
    absl::SleepFor(kBetweenFaults);
    if (signal == SIGSTOP) {
      StopAndContinue(cluster, name);
    } else {
      ASSERT_NO_FATAL_FAILURE(EndAndRestart(cluster, name, signal));
    }
    ASSERT_OK(AwaitRecovery(cluster, absl::StrCat(word, " ", name)).status());
  }
  (*load)->Finish(cluster);
}

TEST(KillTest, KilledServicesComeBackWithEverything) {
  StrikeEach(Cluster::Shape::kFiveProcesses, SIGKILL, "kill -9 of");
}

TEST(TermTest, ServicesThatAreEndedFinishTheirWork) {
  StrikeEach(Cluster::Shape::kFiveProcesses, SIGTERM, "SIGTERM of");
}

TEST(StopTest, StoppedServicesGoOnWhereTheyStood) {
  StrikeEach(Cluster::Shape::kFiveProcesses, SIGSTOP, "SIGSTOP of");
}

TEST(RestartStormTest, AStormOfRestartsLosesNothing) {
  auto started = Cluster::Start({.shape = Cluster::Shape::kOneProcess});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started, {});
  ASSERT_OK(load.status());
  for (const int signal : {SIGKILL, SIGKILL, SIGTERM, SIGKILL, SIGTERM, SIGKILL}) {
    absl::SleepFor(kBetweenFaults);
    ASSERT_NO_FATAL_FAILURE(EndAndRestart(**started, "throughline", signal));
  }
  ASSERT_OK(AwaitRecovery(**started, "six restarts").status());
  (*load)->Finish(**started);
}

}  // namespace
}  // namespace throughline::fault
