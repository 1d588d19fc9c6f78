#include "services/router/domain/recent_values.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace throughline::router {
namespace {

TEST(RecentValues, MakesAValueOnceWhileItsKeyIsRecent) {
  RecentValues<std::string, 2> values;
  std::vector<std::string> made;
  const auto get = [&](const std::string& key) {
    return *values.Get(key, [&] {
      made.push_back(key);
      return "value of " + key;
    });
  };
  EXPECT_EQ(get("a"), "value of a");
  EXPECT_EQ(get("b"), "value of b");
  EXPECT_EQ(get("a"), "value of a");
  EXPECT_EQ(get("c"), "value of c");  // "b" was asked for longest ago and goes
  EXPECT_EQ(get("a"), "value of a");
  EXPECT_EQ(get("b"), "value of b");
  EXPECT_EQ(made, (std::vector<std::string>{"a", "b", "c", "b"}));
}

TEST(RecentValues, AValueOutlivesItsPlace) {
  RecentValues<std::string, 1> values;
  const auto first = values.Get("a", [] { return std::string("first"); });
  values.Get("b", [] { return std::string("second"); });
  EXPECT_EQ(*first, "first");
}

TEST(RecentValues, WhoAsksMeanwhileWaitsForTheFirst) {
  constexpr int kThreads = 8;
  RecentValues<int, 4> values;
  std::atomic<int> made = 0;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      const auto value = values.Get("call", [&] { return 41 + ++made; });
      right += *value == 42;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(right, kThreads);
}

TEST(RecentValues, WhatFailsIsTriedAgainByWhoeverAsksNext) {
  RecentValues<int, 4> values;
  const auto left =
      values.TryGet("call", [] { return absl::StatusOr<int>(absl::CancelledError("left")); });
  EXPECT_EQ(left.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(**values.TryGet("call", [] { return absl::StatusOr<int>(42); }), 42);
  EXPECT_EQ(*values.Get("call", [] { return 43; }), 42);
}

}  // namespace
}  // namespace throughline::router
