#include "common/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <coroutine>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "common/base/bounded_pool.h"
#include "common/testing/collecting_tracer.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"

namespace throughline::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

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

TEST_F(HttpClientTest, ARecordedTraceGoesOnWithTheServer) {
  imposter_.Say({{.body = "ok"}, {.status = 429}});
  CollectingTracer tracer;
  const Context traced = tracer.RecordedContext();
  ASSERT_OK(client_.Post(traced, To("/secret/path")).status());
  ASSERT_OK(client_.Post(traced, To("/")).status());
  ASSERT_OK(client_.Post(context_, To("/")).status());
  const std::vector<SpanRecord> spans = tracer.spans();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_THAT(
      imposter_.seen().at(0).headers,
      HasSubstr(absl::StrCat("traceparent: 00-", spans[0].trace_id, "-", spans[0].span_id, "-01")));
  EXPECT_THAT(imposter_.seen().at(2).headers, Not(HasSubstr("traceparent")));
  EXPECT_EQ(spans[0].name, "POST");
  EXPECT_FALSE(spans[0].failed);
  EXPECT_THAT(spans[0].attributes,
              ElementsAre(Pair("http.request.method", SpanValue(std::string("POST"))),
                          Pair("server.address",
                               SpanValue(imposter_.url().substr(std::string("http://").size()))),
                          Pair("http.response.status_code", SpanValue(int64_t{200}))));
  EXPECT_TRUE(spans[1].failed) << "429";
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

// What a streamed request got.
struct Streamed {
  Exchange exchange;
  std::string text;
};

Streamed Stream(Client& client, const Context& context, Request request) {
  Streamed streamed;
  request.on_piece = [&](absl::string_view piece) { streamed.text += std::string(piece); };
  streamed.exchange = Wait(client.Send(context, std::move(request)));
  return streamed;
}

TEST_F(HttpClientTest, ABodyIsHandedOnPieceByPiece) {
  imposter_.Say({{.body = "one two three", .chunk_bytes = 4}});
  const Streamed streamed = Stream(client_, context_, To("/"));
  ASSERT_OK(streamed.exchange.status);
  EXPECT_EQ(streamed.text, "one two three");
  EXPECT_EQ(streamed.exchange.response.body, "");
  EXPECT_TRUE(streamed.exchange.sent);
}

TEST_F(HttpClientTest, AnErrorsBodyIsNoStream) {
  imposter_.Say({{.status = 500, .body = "why"}});
  const Streamed streamed = Stream(client_, context_, To("/"));
  EXPECT_EQ(streamed.text, "");
  EXPECT_EQ(streamed.exchange.response.body, "why");
}

TEST_F(HttpClientTest, ACutStreamIsAnErrorAfterItsPieces) {
  imposter_.Say({{.body = "half", .chunk_bytes = 2, .end = HttpImposter::Answer::End::kCut}});
  const Streamed streamed = Stream(client_, context_, To("/"));
  EXPECT_THAT(streamed.exchange.status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(streamed.text, "half");
}

TEST_F(HttpClientTest, AStalledStreamEndsLongBeforeTheDeadline) {
  imposter_.Say({{.body = "half", .chunk_bytes = 2, .end = HttpImposter::Answer::End::kStall}});
  Request request = To("/");
  request.stall_timeout = absl::Milliseconds(60);
  const Streamed streamed = Stream(client_, context_, std::move(request));
  EXPECT_THAT(streamed.exchange.status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stalled")));
  EXPECT_EQ(streamed.text, "half");
}

TEST_F(HttpClientTest, AFloodOfHeadersIsRefusedOnTheWay) {
  std::vector<std::string> headers(1000, "X-Flood: " + std::string(100, 'x'));
  imposter_.Say({{.headers = std::move(headers), .body = "ok"}});
  EXPECT_THAT(client_.Post(context_, To("/")).status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("headers")));
}

TEST_F(HttpClientTest, ABlackHoleEndsWithTheConnectTimeout) {
  const BlackHole hole;
  Client brief({.connect_timeout = absl::Milliseconds(50)});
  const Exchange exchange = Wait(brief.Send(context_, {.url = hole.url(), .body = "hello"}));
  EXPECT_THAT(exchange.status,
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no connection")));
  EXPECT_FALSE(exchange.sent);
}

TEST_F(HttpClientTest, AProxyIsAskedInstead) {
  imposter_.Say({{.body = "by proxy"}});
  Client proxied({.proxy = imposter_.url()});
  ASSERT_OK_AND_ASSIGN(const Response response,
                       proxied.Post(context_, {.url = "http://model.invalid/v1", .body = "hello"}));
  EXPECT_EQ(response.body, "by proxy");
  EXPECT_EQ(imposter_.seen().at(0).target, "http://model.invalid/v1");
}

// Runs steps on a pool and counts them.
class CountingExecutor final : public Executor {
 public:
  explicit CountingExecutor(bool may_run_elsewhere) : may_run_elsewhere_(may_run_elsewhere) {}
  void Resume(std::coroutine_handle<> step) override {
    ++resumed_;
    pool_.Resume(step);
  }
  bool MayRunElsewhere() const override { return may_run_elsewhere_; }
  int resumed() const { return resumed_; }

 private:
  const bool may_run_elsewhere_;
  std::atomic<int> resumed_{0};
  BoundedPool pool_{{.name = "steps", .threads = 1}};
};

TEST_F(HttpClientTest, ALoneExchangeGoesOnWithoutAnotherThreadWhereItMay) {
  imposter_.Say({{.body = "ok"}});
  for (const bool may : {true, false}) {
    CountingExecutor executor(may);
    absl::Notification done;
    Start<Exchange>(executor, client_.Send(context_, To("/")), [&](Exchange exchange) {
      EXPECT_OK(exchange.status);
      done.Notify();
    });
    done.WaitForNotification();
    EXPECT_EQ(executor.resumed(), may ? 0 : 1);
  }
}

TEST_F(HttpClientTest, OthersAreServedWhileOneGoesOn) {
  imposter_.Say({{.body = "ok"}});
  CountingExecutor executor(/*may_run_elsewhere=*/true);
  absl::Notification done;
  Start<Exchange>(executor, client_.Send(context_, To("/")), [&](Exchange) {
    // On the client's own thread, and waiting for it: the other one serves.
    EXPECT_OK(client_.Post(context_, To("/")).status());
    done.Notify();
  });
  done.WaitForNotification();
}

TEST_F(HttpClientTest, ManyAtOnceAllEnd) {
  imposter_.Say({{.body = "ok"}});
  BoundedPool pool({.name = "steps", .threads = 4});
  constexpr int kRequests = 200;
  absl::BlockingCounter left(kRequests);
  std::atomic<int> answered{0};
  for (int i = 0; i < kRequests; ++i) {
    Start<Exchange>(pool, client_.Send(context_, To("/")), [&](Exchange exchange) {
      answered += exchange.status.ok();
      left.DecrementCount();
    });
  }
  left.Wait();
  EXPECT_EQ(answered, kRequests);
}

}  // namespace
}  // namespace throughline::http
