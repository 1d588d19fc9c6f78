#include "common/base/timers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace throughline {
namespace {

TEST(TimersTest, CallBackInTheOrderOfTheirTimes) {
  Timers timers;
  std::vector<int> order;
  absl::Notification last;
  timers.After(absl::Milliseconds(30), [&] {
    order.push_back(2);
    last.Notify();
  });
  timers.After(absl::Milliseconds(5), [&] { order.push_back(1); });
  last.WaitForNotification();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(TimersTest, ACancelledTimerIsDropped) {
  Timers timers;
  std::atomic<bool> ran{false};
  absl::Notification later;
  const Timers::Id id = timers.After(absl::Milliseconds(5), [&] { ran = true; });
  timers.Cancel(id);
  timers.After(absl::Milliseconds(20), [&] { later.Notify(); });
  later.WaitForNotification();
  EXPECT_FALSE(ran);
}

TEST(TimersTest, WhatIsNotDueIsDroppedAtTheEnd) {
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> watched = held;
  {
    Timers timers;
    timers.After(absl::Hours(1), [held = std::move(held)] { static_cast<void>(held); });
  }
  EXPECT_TRUE(watched.expired());
}

TEST(TimersTest, SleepingEndsWithItsTimeOrTheCancellation) {
  Timers timers;
  EXPECT_TRUE(Wait(SleepFor(timers, Context::Background(), absl::Milliseconds(1))));

  const auto cancellation = std::make_shared<CancellationSource>();
  const Context context({.cancellation = cancellation});
  timers.After(absl::Milliseconds(5), [&] { cancellation->Cancel(); });
  EXPECT_FALSE(Wait(SleepFor(timers, context, absl::Hours(1))));
}

}  // namespace
}  // namespace throughline
