#include "services/router/config_watcher.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/register.h"

namespace throughline::router {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

// Counts calls, for waiting on.
class Calls {
 public:
  void Add() {
    absl::MutexLock lock(&mutex_);
    ++count_;
  }
  bool Reach(int wanted) {
    absl::MutexLock lock(&mutex_);
    const auto reached = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return count_ >= wanted; };
    return mutex_.AwaitWithTimeout(absl::Condition(&reached), kPatience);
  }

 private:
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(ConfigWatcher, SeesChangedFilesAndHangups) {
  TempDirectory directory;
  const std::string path = directory.Write("router.yaml", "one");
  Calls calls;
  ConfigWatcher watcher({path}, [&] {
    calls.Add();
    return std::vector<std::string>{path};
  });
  directory.Write("router.yaml", "two, and longer");
  EXPECT_TRUE(calls.Reach(1));
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_TRUE(calls.Reach(2));
}

constexpr char kConfig[] = R"(providers:
  builtin: {type: builtin}
models:
  - {name: deep, provider: builtin, id: extractive-deep}
tasks:
  analyze_call: {cascade: [deep]}
)";

TEST(RouterModule, TakesAGoodConfigurationAndRefusesABadOne) {
  TempDirectory directory;
  const std::string path = directory.Write("router.yaml", kConfig);
  MetricsRegistry metrics;
  const RouterOptions options{.data_dir = directory.File("data"), .config_path = path};
  ASSERT_OK_AND_ASSIGN(const auto module, RouterModule::Make(options, metrics, Clock::Real()));
  const auto shows = [&](const std::string& line) {
    const absl::Time until = absl::Now() + kPatience;
    while (absl::Now() < until) {
      if (absl::StrContains(metrics.Render(), line)) return true;
      absl::SleepFor(absl::Milliseconds(20));
    }
    return false;
  };
  directory.Write("router.yaml", absl::StrReplaceAll(kConfig, {{"[deep]", "[deeper]"}}));
  EXPECT_TRUE(shows("throughline_router_config_reloads_total{result=\"refused\"} 1"));
  directory.Write("router.yaml",
                  absl::StrReplaceAll(kConfig, {{"deep,", "deepest,"}, {"[deep]", "[deepest]"}}));
  EXPECT_TRUE(shows("throughline_router_config_reloads_total{result=\"taken\"} 1"));
  EXPECT_TRUE(shows("model=\"deepest\""));
}

}  // namespace
}  // namespace throughline::router
