#include "common/base/await.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/base/clock.h"

namespace throughline {
namespace {

TEST(AwaitForTest, EndsWithTheConditionOrTheTime) {
  absl::Mutex mutex;
  bool ready = false;
  std::thread other;
  {
    absl::MutexLock lock(&mutex);
    const absl::Time begin = Clock::Real().SteadyNow();
    EXPECT_FALSE(AwaitFor(mutex, absl::Condition(&ready), absl::Milliseconds(20)));
    EXPECT_GE(Clock::Real().SteadyNow() - begin, absl::Milliseconds(20));
    other = std::thread([&] {
      absl::MutexLock other_lock(&mutex);
      ready = true;
    });
    EXPECT_TRUE(AwaitFor(mutex, absl::Condition(&ready), absl::Hours(1)));
    EXPECT_TRUE(AwaitFor(mutex, absl::Condition(&ready), absl::ZeroDuration()));
  }
  other.join();
}

TEST(AwaitForTest, WithoutTimeItOnlyLooks) {
  absl::Mutex mutex;
  const bool never = false;
  absl::MutexLock lock(&mutex);
  EXPECT_FALSE(AwaitFor(mutex, absl::Condition(&never), absl::ZeroDuration()));
}

}  // namespace
}  // namespace throughline
