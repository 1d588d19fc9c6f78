// What providers allow, kept: keys in turn, calls at once, tokens a minute, and a second call when
// the first takes long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/errors.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "services/router/clients/chat_wire.h"
#include "services/router/clients/http_provider.h"
#include "services/router/clients/key_ring.h"
#include "services/router/clients/limiter.h"

namespace throughline::router {
namespace {

Context Within(absl::Duration budget) { return Context::Background().WithBudget(budget); }

TEST(KeyRing, TakesKeysInTurnAndLetsThemRest) {
  KeyRing ring({"a", "b"});
  const absl::Time now = absl::Now();
  EXPECT_EQ(ring.Next(now)->value, "a");
  EXPECT_EQ(ring.Next(now)->value, "b");
  ring.Rest(0, now + absl::Seconds(5), absl::ResourceExhaustedError("limit"));
  EXPECT_EQ(ring.Next(now)->value, "b");
  ring.Rest(1, now + absl::Seconds(9), absl::FailedPreconditionError("refused"));
  EXPECT_FALSE(ring.Next(now).has_value());
  EXPECT_EQ(ring.First().until, now + absl::Seconds(5));
  EXPECT_THAT(ring.First().why, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(ring.Next(now + absl::Seconds(6))->value, "a");
}

TEST(Limiter, LetsCallsInAsOthersLeave) {
  Timers timers;
  Limiter limiter({.max_concurrent = 1}, timers);
  ASSERT_OK(Wait(limiter.Enter(Within(absl::Seconds(5)), 10)));
  absl::Status second = absl::UnknownError("waiting");
  std::thread waiter([&] { second = Wait(limiter.Enter(Within(absl::Seconds(5)), 10)); });
  while (limiter.Load().queued == 0) std::this_thread::yield();
  EXPECT_EQ(limiter.Load().in_flight, 1);
  limiter.Leave(10, 10);
  waiter.join();
  EXPECT_OK(second);
  EXPECT_EQ(limiter.Load().in_flight, 1);
}

TEST(Limiter, RefusesWhatWouldWaitTooLongWithTheTimeToComeBack) {
  Timers timers;
  Limiter limiter({.tokens_per_minute = 600}, timers);
  ASSERT_OK(Wait(limiter.Enter(Within(absl::Seconds(5)), 600)));
  // Ten tokens a second come back: 300 need half a minute.
  const absl::Status refused = Wait(limiter.Enter(Within(absl::Seconds(5)), 300));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  ASSERT_TRUE(RetryAfter(refused).has_value());
  EXPECT_GT(*RetryAfter(refused), absl::Seconds(25));
  // What a call did not use is given back at once.
  limiter.Leave(600, 100);
  EXPECT_OK(Wait(limiter.Enter(Within(absl::Seconds(5)), 300)));
}

TEST(Limiter, WaitsForARateInsideTheDeadline) {
  Timers timers;
  Limiter limiter({.requests_per_minute = 6000}, timers);  // one every 10 ms
  for (int i = 0; i < 6005; ++i) ASSERT_OK(Wait(limiter.Enter(Within(absl::Seconds(20)), 1)));
}

TEST(Limiter, AFullQueueAndADeadlineEndTheWait) {
  Timers timers;
  Limiter limiter({.max_concurrent = 1, .max_queued = 1}, timers);
  ASSERT_OK(Wait(limiter.Enter(Within(absl::Seconds(5)), 1)));
  absl::Status first = absl::UnknownError("waiting");
  std::thread waiter([&] { first = Wait(limiter.Enter(Within(absl::Milliseconds(200)), 1)); });
  while (limiter.Load().queued == 0) std::this_thread::yield();
  EXPECT_THAT(Wait(limiter.Enter(Within(absl::Seconds(5)), 1)),
              StatusIs(absl::StatusCode::kResourceExhausted));
  waiter.join();
  EXPECT_THAT(first, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(limiter.Load().queued, 0);
}

TEST(Limiter, ACancelledCallLeavesTheQueue) {
  Timers timers;
  Limiter limiter({.max_concurrent = 1}, timers);
  ASSERT_OK(Wait(limiter.Enter(Within(absl::Seconds(5)), 1)));
  const auto cancellation = std::make_shared<CancellationSource>();
  const Context context({.cancellation = cancellation});
  absl::Status status;
  std::thread waiter([&] { status = Wait(limiter.Enter(context, 1)); });
  while (limiter.Load().queued == 0) std::this_thread::yield();
  cancellation->Cancel();
  waiter.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(limiter.Load().queued, 0);
}

std::string Chat(const std::string& content) {
  return R"({"choices":[{"message":{"content":")" + content +
         R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":50}})";
}

TEST(Hedging, TheFasterAnswerCountsAndBothAreOnTheBill) {
  HttpImposter imposter;
  imposter.Say({{.stall = true}, {.body = Chat("Blue")}});
  Timers timers;
  http::Client client;
  const Model model{.name = "m", .provider_id = "m", .hedge_after = absl::Milliseconds(20)};
  HttpProvider provider({.base_url = imposter.url(), .models = {model}},
                        MakeChatDialect(*FindFlavor("generic")), client, timers, Clock::Real());
  Request request;
  request.messages = {{.role = Role::kUser, .content = "Name a colour."}};
  const ModelCall call{.model = &model, .request = &request, .max_output_tokens = 100};
  const ModelResult result = Wait(provider.Ask(Within(absl::Seconds(10)), call));
  ASSERT_OK(result.reply.status());
  EXPECT_EQ(result.reply->text, "Blue");
  ASSERT_EQ(result.unused.size(), 1u);
  EXPECT_EQ(result.unused[0].outcome, AttemptOutcome::kCancelled);
  EXPECT_TRUE(result.unused[0].usage.estimated);
  EXPECT_GT(result.unused[0].usage.InputTokens(), 0);
  EXPECT_EQ(provider.Load("m").in_flight, 0);
}

TEST(Hedging, AFastAnswerNeedsNoSecondCall) {
  HttpImposter imposter;
  imposter.Say({{.body = Chat("Blue")}});
  Timers timers;
  http::Client client;
  const Model model{.name = "m", .provider_id = "m", .hedge_after = absl::Seconds(30)};
  HttpProvider provider({.base_url = imposter.url(), .models = {model}},
                        MakeChatDialect(*FindFlavor("generic")), client, timers, Clock::Real());
  Request request;
  request.messages = {{.role = Role::kUser, .content = "Name a colour."}};
  const ModelCall call{.model = &model, .request = &request, .max_output_tokens = 100};
  const ModelResult result = Wait(provider.Ask(Within(absl::Seconds(10)), call));
  EXPECT_OK(result.reply.status());
  EXPECT_TRUE(result.unused.empty());
  EXPECT_EQ(imposter.seen().size(), 1u);
}

}  // namespace
}  // namespace throughline::router
