#include "common/base/task_gate.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/base/bounded_pool.h"
#include "common/base/forked.h"

namespace throughline {
namespace {

class TaskGateTest : public testing::Test {
 protected:
  // Begins a task that stays inside until `leave_` is opened, and notes when it gets in.
  void Send(const std::string& name, const Context& context) {
    Start<absl::Status>(pool_, PassThrough(name, context), [this](absl::Status status) {
      absl::MutexLock lock(&mutex_);
      ended_.push_back(std::move(status));
    });
  }
  Task<absl::Status> PassThrough(std::string name, const Context& context) {
    const absl::StatusOr<TaskGate::Pass> pass = co_await gate_.Enter(context);
    if (!pass.ok()) co_return pass.status();
    auto begin = [&](std::function<void(bool)> done) {
      absl::MutexLock lock(&mutex_);
      inside_.push_back(name);
      leave_.push_back(std::move(done));
    };
    co_await Completion<bool>(begin);
    co_return absl::OkStatus();
  }
  void LetGo(size_t which) {
    std::function<void(bool)> leave;
    {
      absl::MutexLock lock(&mutex_);
      leave = leave_[which];
    }
    leave(true);
  }
  std::vector<std::string> AwaitInside(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return inside_.size() >= count;
    };
    mutex_.Await(absl::Condition(&enough));
    return inside_;
  }
  std::vector<absl::Status> AwaitEnded(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return ended_.size() >= count;
    };
    mutex_.Await(absl::Condition(&enough));
    return ended_;
  }

  TaskGate gate_{1};
  absl::Mutex mutex_;
  std::vector<std::string> inside_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void(bool)>> leave_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  BoundedPool pool_{{.name = "steps", .threads = 2, .max_queued = 0}};
};

TEST_F(TaskGateTest, LetsTasksThroughInTheOrderTheyCame) {
  const Context context = Context::Background();
  for (const char* name : {"first", "second", "third"}) Send(name, context);
  EXPECT_EQ(AwaitInside(1), std::vector<std::string>{"first"});
  LetGo(0);
  AwaitInside(2);
  LetGo(1);
  EXPECT_EQ(AwaitInside(3), (std::vector<std::string>{"first", "second", "third"}));
  LetGo(2);
  for (const absl::Status& status : AwaitEnded(3)) EXPECT_TRUE(status.ok()) << status;
}

TEST_F(TaskGateTest, WhoLeavesTheQueueHoldsUpNobody) {
  const Context staying = Context::Background();
  const Context leaving({.cancellation = std::make_shared<CancellationSource>()});
  Send("first", staying);
  AwaitInside(1);
  Send("gone", leaving);
  Send("last", staying);
  leaving.cancellation()->Cancel();
  EXPECT_TRUE(absl::IsCancelled(AwaitEnded(1)[0]));
  LetGo(0);
  EXPECT_EQ(AwaitInside(2)[1], "last");
  LetGo(1);
  AwaitEnded(3);
}

// Each of two tasks waits until the other works, too.
TEST(ForkedTest, WorksBesideTheTaskThatForkedIt) {
  BoundedPool pool({.name = "steps", .threads = 2, .max_queued = 0});
  absl::Notification here, there;
  const auto beside = [&]() -> Task<int> {
    there.Notify();
    here.WaitForNotification();
    co_return 2;
  };
  const auto both = [&]() -> Task<int> {
    Executor& executor = co_await Here();
    Forked<int> forked(executor, beside());
    here.Notify();
    there.WaitForNotification();
    const int two = co_await forked.Join();
    co_return two + 3;
  };
  absl::Notification ended;
  int sum = 0;
  Start<int>(pool, both(), [&](int result) {
    sum = result;
    ended.Notify();
  });
  ended.WaitForNotification();
  EXPECT_EQ(sum, 5);
}

TEST(ForkedTest, AResultThatIsThereIsTakenAtOnce) {
  const auto beside = []() -> Task<int> { co_return 2; };
  const auto both = [&]() -> Task<int> {
    Executor& executor = co_await Here();
    Forked<int> forked(executor, beside());
    co_await Reschedule();
    co_await Reschedule();
    const int two = co_await forked.Join();
    co_return two;
  };
  EXPECT_EQ(Wait(both()), 2);
}

}  // namespace
}  // namespace throughline
