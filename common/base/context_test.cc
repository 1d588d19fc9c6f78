#include "common/base/context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"

namespace throughline {
namespace {

Context::Fields FieldsAt(const FakeClock& clock, absl::Duration budget) {
  Context::Fields fields;
  fields.tenant = "acme";
  fields.request_id = "r1";
  fields.clock = &clock;
  fields.deadline = clock.Now() + budget;
  fields.cancellation = std::make_shared<CancellationSource>();
  return fields;
}

TEST(ContextTest, ADeadlineStaysWhereItIsWhenTheClockIsSet) {
  FakeClock clock;
  const Context context = Context({.clock = &clock}).WithBudget(absl::Minutes(1));
  clock.Set(clock.Now() + absl::Hours(24));
  EXPECT_TRUE(context.Check().ok());
  clock.Set(clock.Now() - absl::Hours(48));
  clock.Advance(absl::Minutes(1));
  EXPECT_TRUE(absl::IsDeadlineExceeded(context.Check()));
}

TEST(ContextTest, BackgroundNeverEnds) {
  const Context context = Context::Background();
  EXPECT_OK(context.Check());
  EXPECT_EQ(context.Remaining(), absl::InfiniteDuration());
  EXPECT_EQ(context.tenant(), "default");
}

TEST(ContextTest, ExpiresAtItsDeadline) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(5)));
  clock.Advance(absl::Seconds(4));
  EXPECT_OK(context.Check());
  EXPECT_EQ(context.Remaining(), absl::Seconds(1));
  clock.Advance(absl::Seconds(1));
  EXPECT_THAT(context.Check(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(context.Remaining(), absl::ZeroDuration());
}

TEST(ContextTest, CancellationIsSeenByEveryCopy) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(5)));
  const Context copy = context.WithBudget(absl::Seconds(1));
  context.cancellation()->Cancel();
  EXPECT_THAT(copy.Check(), StatusIs(absl::StatusCode::kCancelled));
}

TEST(ContextTest, ABudgetOnlyShortens) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(5)));
  EXPECT_EQ(context.WithBudget(absl::Seconds(2)).Remaining(), absl::Seconds(2));
  EXPECT_EQ(context.WithBudget(absl::Seconds(9)).Remaining(), absl::Seconds(5));
}

TEST(ContextTest, DetachedOutlivesTheCaller) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(1)));
  context.cancellation()->Cancel();
  const Context detached = context.Detached(absl::Seconds(30));
  EXPECT_OK(detached.Check());
  EXPECT_EQ(detached.Remaining(), absl::Seconds(30));
  EXPECT_EQ(detached.tenant(), "acme");
  EXPECT_EQ(detached.request_id(), "r1");
}

TEST(OnCancelTest, RunsOnceAndOnlyWhileRegistered) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(1)));
  int kept = 0;
  int dropped = 0;
  const OnCancel keep(context, [&] { ++kept; });
  {
    const OnCancel drop(context, [&] { ++dropped; });
  }
  context.cancellation()->Cancel();
  context.cancellation()->Cancel();
  EXPECT_EQ(kept, 1);
  EXPECT_EQ(dropped, 0);
}

TEST(OnCancelTest, RunsAtOnceWhenAlreadyCancelled) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(1)));
  context.cancellation()->Cancel();
  int ran = 0;
  const OnCancel late(context, [&] { ++ran; });
  EXPECT_EQ(ran, 1);
}

TEST(OnCancelTest, IsHarmlessWithoutCancellation) {
  const OnCancel never(Context::Background(), [] { FAIL(); });
}

TEST(OnCancelTest, ACallbackMayRemoveItselfAndAddOthers) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(1)));
  int ran = 0;
  std::optional<OnCancel> itself;
  std::optional<OnCancel> another;
  itself.emplace(context, [&] {
    ++ran;
    itself.reset();
    another.emplace(context, [&] { ++ran; });
  });
  context.cancellation()->Cancel();
  EXPECT_EQ(ran, 2);
}

TEST(OnCancelTest, DestructionWaitsForARunUnderWay) {
  FakeClock clock;
  const Context context(FieldsAt(clock, absl::Seconds(1)));
  absl::Notification begun;
  absl::Notification go_on;
  std::atomic<bool> finished = false;
  std::optional<OnCancel> callback;
  callback.emplace(context, [&] {
    begun.Notify();
    go_on.WaitForNotification();
    finished = true;
  });
  std::thread canceller([&] { context.cancellation()->Cancel(); });
  begun.WaitForNotification();
  std::atomic<bool> finished_when_removed = false;
  std::thread remover([&] {
    callback.reset();
    finished_when_removed = finished.load();
  });
  go_on.Notify();
  remover.join();
  canceller.join();
  EXPECT_TRUE(finished_when_removed);
}

}  // namespace
}  // namespace throughline
