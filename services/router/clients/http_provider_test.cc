#include "services/router/clients/http_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/testing/fake_clock.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "services/router/clients/chat_wire.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using Json = nlohmann::json;

// A response of a model that says `content`.
std::string Chat(const std::string& content, const std::string& finish = "stop") {
  return Json{{"choices", {{{"message", {{"content", content}}}, {"finish_reason", finish}}}},
              {"usage",
               {{"prompt_tokens", 100},
                {"completion_tokens", 30},
                {"prompt_tokens_details", {{"cached_tokens", 40}}},
                {"completion_tokens_details", {{"reasoning_tokens", 10}}}}}}
      .dump();
}

class HttpProviderTest : public ::testing::Test {
 protected:
  HttpProviderTest()
      : provider_({.base_url = imposter_.url() + "/v1",
                   .keys = {"secret"},
                   .models = {model_},
                   .first_backoff = absl::Milliseconds(1)},
                  MakeChatDialect(*FindFlavor("generic")), client_, timers_, clock_) {
    request_.messages.push_back({.role = Role::kUser, .content = "Name a colour."});
    call_.model = &model_;
    call_.request = &request_;
    call_.max_output_tokens = 100;
    call_.reasoning_tokens = 50;
  }

  absl::StatusOr<ModelReply> Ask() { return Wait(provider_.Ask(context_, call_)).reply; }

  HttpImposter imposter_;
  Timers timers_;
  http::Client client_;
  FakeClock clock_;
  const Model model_{
      .name = "small", .provider = "p", .provider_id = "org/small", .reasoning_tokens = 50};
  HttpProvider provider_;
  Request request_;
  ModelCall call_;
  Context context_ = Context::Background().WithBudget(absl::Seconds(20));
};

TEST_F(HttpProviderTest, AsksAndReadsTheAnswerAndWhatItUsed) {
  imposter_.Say({{.body = Chat("Blue")}});
  ASSERT_OK_AND_ASSIGN(const ModelReply reply, Ask());
  EXPECT_EQ(reply.text, "Blue");
  EXPECT_EQ(reply.usage.input_uncached_tokens, 60);
  EXPECT_EQ(reply.usage.input_cached_tokens, 40);
  EXPECT_EQ(reply.usage.output_visible_tokens, 20);
  EXPECT_EQ(reply.usage.output_reasoning_tokens, 10);
  EXPECT_FALSE(reply.usage.estimated);
  const HttpImposter::Seen seen = imposter_.seen().at(0);
  EXPECT_EQ(seen.target, "/v1/chat/completions");
  EXPECT_THAT(seen.headers, HasSubstr("Authorization: Bearer secret"));
  const Json body = Json::parse(seen.body);
  EXPECT_EQ(body["model"], "org/small");
  EXPECT_EQ(body["max_tokens"], 150);  // visible and reserve
  EXPECT_EQ(body["messages"][0]["role"], "user");
}

TEST_F(HttpProviderTest, ARepairCarriesTheAnswerAndTheRule) {
  imposter_.Say({{.body = Chat("Blue")}});
  call_.repair_note = "a number is in no source.";
  call_.last_answer = "42";
  ASSERT_OK(Ask().status());
  const Json messages = Json::parse(imposter_.seen().at(0).body)["messages"];
  ASSERT_THAT(messages, SizeIs(3));
  EXPECT_EQ(messages[1]["content"], "42");
  EXPECT_THAT(messages[2]["content"].get<std::string>(), HasSubstr("no source"));
}

TEST_F(HttpProviderTest, ThinkingIsStrippedAndASilentAnswerIsEmpty) {
  imposter_.Say({{.body = Chat("<think>hm</think>Blue")},
                 {.body = Chat("<think>hm", "length")},
                 {.body = Chat("")}});
  EXPECT_EQ(Ask()->text, "Blue");
  const ModelReply unclosed = *Ask();
  EXPECT_TRUE(unclosed.unclosed_reasoning);
  EXPECT_EQ(unclosed.finish, FinishReason::kLength);
  EXPECT_EQ(Ask()->text, "");
}

TEST_F(HttpProviderTest, WithoutCountsTheyAreEstimated) {
  imposter_.Say(
      {{.body = R"({"choices":[{"message":{"content":"Blue"},"finish_reason":"stop"}]})"}});
  EXPECT_TRUE(Ask()->usage.estimated);
}

TEST_F(HttpProviderTest, WhatMayPassIsRetried) {
  imposter_.Say(
      {{.status = 429, .headers = {"Retry-After: 0.01"}}, {.status = 503}, {.body = Chat("Blue")}});
  EXPECT_OK(Ask().status());
  EXPECT_THAT(imposter_.seen(), SizeIs(3));
}

TEST_F(HttpProviderTest, ARetryAfterBeyondTheDeadlineIsNotWaitedFor) {
  imposter_.Say({{.status = 429, .headers = {"Retry-After: 600"}}});
  EXPECT_THAT(Ask().status(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(imposter_.seen(), SizeIs(1));
}

TEST_F(HttpProviderTest, WhatCannotPassIsNotRetried) {
  imposter_.Say({{.status = 400}, {.status = 404}});
  EXPECT_THAT(Ask().status(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Ask().status(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(imposter_.seen(), SizeIs(2));
}

TEST_F(HttpProviderTest, AnAccountThatIsUsedUpIsNotAskedAgain) {
  imposter_.Say(
      {{.status = 429, .body = R"({"error":{"message":"pay","code":"insufficient_quota"}})"}});
  EXPECT_THAT(Ask().status(), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("pay")));
  EXPECT_THAT(imposter_.seen(), SizeIs(1));
}

TEST_F(HttpProviderTest, TheBreakerOpensAndRecoversByAProbe) {
  constexpr size_t kTries = 3;
  imposter_.Say({{.status = 500}});
  for (int i = 0; i < CircuitBreaker::kFailures; ++i) EXPECT_FALSE(Ask().ok());
  EXPECT_EQ(provider_.Breaker("small"), BreakerState::kOpen);
  EXPECT_THAT(Ask().status(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("too often")));
  EXPECT_THAT(imposter_.seen(), SizeIs(CircuitBreaker::kFailures * kTries));

  clock_.Advance(CircuitBreaker::kOpenFor);
  EXPECT_EQ(provider_.Breaker("small"), BreakerState::kHalfOpen);
  imposter_.Say({{.body = Chat("Blue")}});
  EXPECT_OK(Ask().status());
  EXPECT_EQ(provider_.Breaker("small"), BreakerState::kClosed);
}

TEST_F(HttpProviderTest, BadRequestsDoNotOpenTheBreaker) {
  imposter_.Say({{.status = 400}});
  for (int i = 0; i < 2 * CircuitBreaker::kFailures; ++i) EXPECT_FALSE(Ask().ok());
  EXPECT_EQ(provider_.Breaker("small"), BreakerState::kClosed);
}

TEST(RetryAfter, IsReadInBothForms) {
  absl::Time now;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, "2026-03-04T10:00:00Z", &now, nullptr));
  EXPECT_EQ(RetryAfterOf({.headers = {{"retry-after", "7"}}}, now), absl::Seconds(7));
  EXPECT_EQ(RetryAfterOf({.headers = {{"retry-after", "Wed, 04 Mar 2026 10:00:05 GMT"}}}, now),
            absl::Seconds(5));
  EXPECT_EQ(RetryAfterOf({.headers = {{"retry-after", "-5"}}}, now), absl::ZeroDuration());
  EXPECT_EQ(RetryAfterOf({}, now), absl::ZeroDuration());
}

}  // namespace
}  // namespace throughline::router
