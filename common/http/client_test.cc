#include "common/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"

namespace throughline::http {
namespace {

using ::testing::HasSubstr;

class HttpClientTest : public ::testing::Test {
 protected:
  Request To(const std::string& path) {
    return {.url = absl::StrCat(imposter_.url(), path), .headers = {"X-Test: 1"}, .body = "hello"};
  }

  HttpImposter imposter_;
  Client client_;
  const Context context_ = Context::Background();
};

TEST_F(HttpClientTest, PostsAndReadsTheWholeResponse) {
  imposter_.Say({{.status = 429, .headers = {"Retry-After: 3"}, .body = "slow down"}});
  ASSERT_OK_AND_ASSIGN(const Response response, client_.Post(context_, To("/path")));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.at("retry-after"), "3");
  EXPECT_EQ(response.body, "slow down");
  EXPECT_EQ(imposter_.seen().at(0).target, "/path");
  EXPECT_EQ(imposter_.seen().at(0).body, "hello");
  EXPECT_THAT(imposter_.seen().at(0).headers, HasSubstr("X-Test: 1"));
}

TEST_F(HttpClientTest, KeepsItsConnection) {
  imposter_.Say({{.body = "ok"}});
  for (int i = 0; i < 5; ++i) ASSERT_OK(client_.Post(context_, To("/")).status());
  EXPECT_EQ(imposter_.connections(), 1);
}

TEST_F(HttpClientTest, ACutResponseIsNoResponse) {
  imposter_.Say({{.body = "half", .missing_bytes = 10}});
  EXPECT_THAT(client_.Post(context_, To("/")).status(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(HttpClientTest, AStallEndsAtTheDeadline) {
  imposter_.Say({{.stall = true}});
  const Context brief = context_.WithBudget(absl::Milliseconds(50));
  EXPECT_THAT(client_.Post(brief, To("/")).status(), ::testing::Not(IsOk()));
}

TEST_F(HttpClientTest, CancellationEndsTheWait) {
  imposter_.Say({{.stall = true}});
  const auto cancellation = std::make_shared<CancellationSource>();
  const Context context({.cancellation = cancellation});
  absl::Status status;
  std::thread caller([&] { status = client_.Post(context, To("/")).status(); });
  cancellation->Cancel();
  caller.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(HttpClientTest, AGiantBodyIsRefusedOnTheWay) {
  Client small({.max_response_bytes = 1000});
  imposter_.Say({{.body = std::string(100'000, 'x')}});
  EXPECT_THAT(small.Post(context_, To("/")).status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("1000 bytes")));
}

TEST_F(HttpClientTest, RedirectsAreNotFollowed) {
  imposter_.Say({{.status = 302, .headers = {absl::StrCat("Location: ", imposter_.url())}}});
  ASSERT_OK_AND_ASSIGN(const Response response, client_.Post(context_, To("/")));
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(imposter_.seen().size(), 1u);
}

TEST_F(HttpClientTest, WhatCannotBeSentIsRefused) {
  Request forged = To("/");
  forged.headers = {"A: b\r\nC: d"};
  EXPECT_THAT(client_.Post(context_, forged).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("headers")));
  EXPECT_THAT(client_.Post(context_, {.url = "file:///etc/passwd"}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("url")));
}

}  // namespace
}  // namespace throughline::http
