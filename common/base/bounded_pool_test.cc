#include "common/base/bounded_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"

namespace throughline {
namespace {

TEST(BoundedPoolTest, RunsWhatItAccepts) {
  BoundedPool pool({.name = "test", .threads = 3, .max_queued = 100});
  absl::BlockingCounter done(50);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(pool.TrySubmit([&] { done.DecrementCount(); }));
  }
  done.Wait();
}

// Occupies every thread of a pool until released.
class Blocker {
 public:
  Blocker(BoundedPool& pool, int threads) : begun_(threads) {
    for (int i = 0; i < threads; ++i) {
      EXPECT_TRUE(pool.TrySubmit([this] {
        begun_.DecrementCount();
        release_.WaitForNotification();
      }));
    }
    begun_.Wait();
  }
  void Release() { release_.Notify(); }

 private:
  absl::BlockingCounter begun_;
  absl::Notification release_;
};

TEST(BoundedPoolTest, RefusesBeyondItsQueueAndNeverRunsTheRefused) {
  std::atomic<int> ran = 0;
  BoundedPool pool({.name = "test", .threads = 2, .max_queued = 3});
  Blocker blocker(pool, 2);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.TrySubmit([&] { ++ran; }));
  EXPECT_FALSE(pool.TrySubmit([&] { ran += 100; }));
  EXPECT_EQ(pool.queued(), 3u);
  blocker.Release();
  pool.Drain();
  EXPECT_EQ(ran, 3);
}

TEST(BoundedPoolTest, AnIdleThreadNeedsNoQueue) {
  BoundedPool pool({.name = "test", .threads = 1, .max_queued = 0});
  Blocker blocker(pool, 1);
  EXPECT_FALSE(pool.TrySubmit([] {}));
  blocker.Release();
}

TEST(BoundedPoolTest, ZeroThreadsMeansOne) {
  BoundedPool pool({.name = "test", .threads = 0, .max_queued = 1});
  absl::Notification ran;
  ASSERT_TRUE(pool.TrySubmit([&] { ran.Notify(); }));
  ran.WaitForNotification();
}

TEST(BoundedPoolTest, DrainRunsTheQueueThenRefuses) {
  std::atomic<int> ran = 0;
  BoundedPool pool({.name = "test", .threads = 1, .max_queued = 10});
  Blocker blocker(pool, 1);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(pool.TrySubmit([&] { ++ran; }));
  std::thread drainer([&] { pool.Drain(); });
  blocker.Release();
  pool.Drain();  // from two threads at once
  drainer.join();
  EXPECT_EQ(ran, 10);
  EXPECT_FALSE(pool.TrySubmit([] {}));
  pool.Drain();
}

TEST(BoundedPoolTest, ReleasesWhatATaskHoldsWhenItEnds) {
  BoundedPool pool({.name = "test", .threads = 1, .max_queued = 10});
  auto held = std::make_shared<int>(1);
  ASSERT_TRUE(pool.TrySubmit([held] {}));
  pool.Drain();
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace throughline
