#include "services/memory/store/cached_recall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"

namespace throughline::memory::store {
namespace {

constexpr absl::Duration kTimeToLive = absl::Minutes(10);

std::unique_ptr<storage::RedisClient> ClientOf(const RedisServer& redis) {
  return storage::RedisClient::Create({.port = redis.port(),
                                       .command_timeout = absl::Milliseconds(20),
                                       .max_connections = 16})
      .value();
}

class CachedRecallTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(redis_, RedisServer::Start());
    cached_ = std::make_unique<CachedRecall>(
        std::make_unique<RedisRecallCache>(ClientOf(*redis_), kTimeToLive), metrics_);
  }
  // Asks for `key`, whose answer is `answer`.
  CachedRecall::Answer Get(const std::string& key, const std::string& answer = "fresh") {
    const absl::StatusOr<CachedRecall::Answer> got =
        cached_->Get(context_, key, [&]() -> absl::StatusOr<CachedRecall::Computed> {
          ++computed_;
          return CachedRecall::Computed(answer, keep_);
        });
    EXPECT_OK(got.status());
    return got.value_or(CachedRecall::Answer{});
  }
  double Count(const std::string& result) {
    return metrics_
        .Counter("throughline_memory_cache_total",
                 "Recalls by what the cache did: hit, miss, shared, foreign, error or bypass.")
        .Add({{"result", result}})
        .Value();
  }

  const Context context_ = Context::Background();
  MetricsRegistry metrics_;
  std::unique_ptr<RedisServer> redis_;
  std::unique_ptr<CachedRecall> cached_;
  std::atomic<int> computed_ = 0;
  bool keep_ = true;
};

TEST_F(CachedRecallTest, FiveHundredCallersOfOneRecallAreOneComputation) {
  constexpr int kCallers = 500;
  absl::Notification go;
  std::atomic<int> answered = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      go.WaitForNotification();
      if (Get("{default:acme}:1:q").bytes == "fresh") ++answered;
    });
  }
  go.Notify();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, kCallers);
  EXPECT_EQ(computed_, 1);
  EXPECT_EQ(Count("miss"), 1);
  EXPECT_EQ(Count("hit") + Count("shared"), kCallers - 1);
}

TEST_F(CachedRecallTest, OneWhoFailsLeavesTheOthersToThemselves) {
  absl::Notification first_is_in;
  absl::Notification let_first_fail;
  std::thread first([&] {
    EXPECT_THAT(cached_
                    ->Get(context_, "k",
                          [&]() -> absl::StatusOr<CachedRecall::Computed> {
                            first_is_in.Notify();
                            let_first_fail.WaitForNotification();
                            return absl::CancelledError("gone");
                          })
                    .status(),
                StatusIs(absl::StatusCode::kCancelled));
  });
  first_is_in.WaitForNotification();
  std::thread second([&] { EXPECT_EQ(Get("k").bytes, "fresh"); });
  let_first_fail.Notify();
  first.join();
  second.join();
  EXPECT_EQ(computed_, 1);
}

TEST_F(CachedRecallTest, OneWhoTakesTooLongIsNotWaitedFor) {
  absl::Notification first_is_in;
  absl::Notification second_is_done;
  std::thread first([&] {
    EXPECT_OK(cached_
                  ->Get(context_, "k",
                        [&]() -> absl::StatusOr<CachedRecall::Computed> {
                          first_is_in.Notify();
                          second_is_done.WaitForNotification();
                          return CachedRecall::Computed("late");
                        })
                  .status());
  });
  first_is_in.WaitForNotification();
  EXPECT_EQ(Get("k").bytes, "fresh");
  second_is_done.Notify();
  first.join();
}

TEST_F(CachedRecallTest, DamagedAndForeignEntriesAreNotServed) {
  const std::unique_ptr<storage::RedisClient> writer = ClientOf(*redis_);
  Get("k", "of k");
  Get("other", "of other");
  ASSERT_TRUE(Get("k").hit);
  const std::string mine = **writer->Get(context_, "k");
  std::string flipped = mine;
  flipped.back() ^= 1;
  const std::string others = **writer->Get(context_, "other");
  const std::vector<std::string> bad = {
      "", mine.substr(0, mine.size() - 1), flipped, others, mine + "x", mine.substr(0, 10)};
  int made = 2;
  for (const std::string& entry : bad) {
    ASSERT_OK(writer->SetEx(context_, "k", entry, kTimeToLive));
    const CachedRecall::Answer answer = Get("k", "of k again");
    EXPECT_FALSE(answer.hit);
    EXPECT_EQ(answer.bytes, "of k again");
    EXPECT_EQ(computed_, ++made);
  }
  EXPECT_EQ(Count("foreign"), bad.size());
  EXPECT_TRUE(Get("k").hit) << "what was computed took the place of what was bad";
}

TEST_F(CachedRecallTest, AnAnswerThatIsNotToBeKeptIsComputedAgain) {
  keep_ = false;
  EXPECT_FALSE(Get("k").hit);
  EXPECT_FALSE(Get("k").hit);
  EXPECT_EQ(computed_, 2);
}

TEST_F(CachedRecallTest, AStalledRedisHoldsNobodyUp) {
  Get("k");
  redis_->Freeze();
  const absl::Time started = absl::Now();
  constexpr int kRecalls = 200;
  for (int i = 0; i < kRecalls; ++i) EXPECT_EQ(Get(absl::StrCat("k", i)).bytes, "fresh");
  // One in a while pays the timeout of a command; all of them would take eight seconds.
  EXPECT_LT(absl::Now() - started, absl::Seconds(4));
  redis_->Thaw();
}

}  // namespace
}  // namespace throughline::memory::store
