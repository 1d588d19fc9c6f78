#include "common/base/task.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "common/base/alongside.h"
#include "common/base/bounded_pool.h"

namespace throughline {
namespace {

// Calls back from a thread of its own, as a network client does.
class Elsewhere {
 public:
  ~Elsewhere() { Join(); }
  void Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  void Double(int value, std::function<void(int)> done) {
    threads_.emplace_back([value, done = std::move(done)] { done(2 * value); });
  }

 private:
  std::vector<std::thread> threads_;
};

Task<int> DoubledElsewhere(Elsewhere& elsewhere, int value) {
  auto begin = [&](std::function<void(int)> done) { elsewhere.Double(value, std::move(done)); };
  co_return co_await Completion<int>(begin);
}

Task<std::string> TwiceDoubled(Elsewhere& elsewhere, int value) {
  const int once = co_await DoubledElsewhere(elsewhere, value);
  const int twice = co_await DoubledElsewhere(elsewhere, once);
  co_return std::to_string(twice);
}

Task<int> Immediately(int value) {
  auto begin = [&](std::function<void(int)> done) { done(value + 1); };
  co_return co_await Completion<int>(begin);
}

TEST(TaskTest, ReadsLikeBlockingCode) {
  Elsewhere elsewhere;
  EXPECT_EQ(Wait(TwiceDoubled(elsewhere, 5)), "20");
}

TEST(TaskTest, AnAnswerAtOnceNeedsNoExecutor) { EXPECT_EQ(Wait(Immediately(6)), 7); }

TEST(TaskTest, GoesOnWhereItBegan) {
  Elsewhere elsewhere;
  const std::thread::id here = std::this_thread::get_id();
  const auto where = [](Elsewhere& away) -> Task<std::thread::id> {
    co_await DoubledElsewhere(away, 1);
    co_return std::this_thread::get_id();
  };
  EXPECT_EQ(Wait(where(elsewhere)), here);
}

// What another thread answers while the operation still begins goes on at the executor all the
// same: the thread that begins may be one that must not do the rest.
TEST(TaskTest, AnAnswerFromElsewhereDuringTheBeginningGoesOnAtTheExecutor) {
  BoundedPool pool({.name = "test", .threads = 1});
  const auto task = []() -> Task<std::thread::id> {
    auto begin = [](std::function<void(int)> done) {
      std::thread([&] { done(1); }).join();  // over before begin returns
    };
    co_await Completion<int>(begin);
    co_return std::this_thread::get_id();
  };
  absl::BlockingCounter ended(1);
  std::thread::id went_on;
  Start<std::thread::id>(pool, task(), [&](std::thread::id where) {
    went_on = where;
    ended.DecrementCount();
  });
  ended.Wait();
  EXPECT_NE(went_on, std::this_thread::get_id());
}

TEST(TaskTest, OnOwnThreadLeavesAForeignThreadAndStaysOnAnOwnOne) {
  BoundedPool pool({.name = "test", .threads = 2});
  std::vector<std::thread::id> threads;
  const auto task = [&]() -> Task<bool> {
    for (int i = 0; i < 3; ++i) {
      threads.push_back(std::this_thread::get_id());
      co_await OnOwnThread();
    }
    co_return true;
  };
  absl::BlockingCounter ended(1);
  Start<bool>(pool, task(), [&](bool) { ended.DecrementCount(); });
  ended.Wait();
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_NE(threads[1], threads[0]);
  EXPECT_EQ(threads[2], threads[1]);
}

// Runs steps where they come up, and counts them.
class AtOnce final : public Executor {
 public:
  explicit AtOnce(bool may_run_elsewhere) : may_run_elsewhere_(may_run_elsewhere) {}
  void Resume(std::coroutine_handle<> step) override {
    ++resumed_;
    step.resume();
  }
  bool MayRunElsewhere() const override { return may_run_elsewhere_; }
  int resumed() const { return resumed_; }

 private:
  const bool may_run_elsewhere_;
  std::atomic<int> resumed_{0};
};

// The work beside the task is what ends last. The task is answered on another thread, and not
// before it waits.
Task<int> DoubledAlongside(Elsewhere& elsewhere, int value) {
  std::function<void(int)> answer;
  const auto ask = [&]() -> Task<int> {
    auto begin = [&](std::function<void(int)> done) { answer = std::move(done); };
    co_return co_await Completion<int>(begin);
  };
  const auto work = [&] {
    elsewhere.Double(value, std::move(answer));
    elsewhere.Join();
  };
  Alongside<int> both(co_await Here(), ask(), work, [](const int& result) { return result < 10; });
  co_return co_await both;
}

TEST(TaskTest, WorkThatEndsLastGoesOnWithAShortResult) {
  struct Case {
    bool may_run_elsewhere;
    int value;
    int resumed;
  };
  for (const Case& one : {Case{true, 4, 1}, Case{true, 5, 2}, Case{false, 4, 2}}) {
    Elsewhere elsewhere;
    AtOnce executor(one.may_run_elsewhere);
    int result = 0;
    Start<int>(executor, DoubledAlongside(elsewhere, one.value),
               [&](int value) { result = value; });
    EXPECT_EQ(result, 2 * one.value);
    EXPECT_EQ(executor.resumed(), one.resumed);
  }
}

TEST(TaskTest, WhatNobodyAwaitsNeverBegins) {
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> watched = held;
  bool began = false;
  const auto work = [](std::shared_ptr<int>, bool& flag) -> Task<int> {
    flag = true;
    co_return 1;
  };
  { const Task<int> dropped = work(std::move(held), began); }
  EXPECT_FALSE(began);
  EXPECT_TRUE(watched.expired());
}

// Far more tasks wait at once than the pool has threads.
TEST(TaskTest, ManyWaitOnFewThreads) {
  constexpr int kTasks = 500;
  BoundedPool pool({.name = "test", .threads = 2, .max_queued = 0});
  absl::BlockingCounter arrived(kTasks);
  absl::BlockingCounter ended(kTasks);
  std::vector<std::function<void(int)>> waiting(kTasks);
  const auto work = [&](int i) -> Task<int> {
    co_await Reschedule();
    auto begin = [&, i](std::function<void(int)> done) {
      waiting[static_cast<size_t>(i)] = std::move(done);
      arrived.DecrementCount();
    };
    co_return co_await Completion<int>(begin);
  };
  for (int i = 0; i < kTasks; ++i) {
    Start<int>(pool, work(i), [&ended, i](int result) {
      EXPECT_EQ(result, i);
      ended.DecrementCount();
    });
  }
  arrived.Wait();
  for (int i = 0; i < kTasks; ++i) waiting[static_cast<size_t>(i)](i);
  ended.Wait();
}

}  // namespace
}  // namespace throughline
