// One streaming handler behind two ways to it: over a channel and within the process. Every test
// says the same of both.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/notification.h"
#include "common/base/errors.h"
#include "common/rpc/offered_method.h"
#include "common/rpc/task_client.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "echo_for_tests.grpc.pb.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOfferedStream[] = "throughline.rpc.test.EchoService/Repeat";

enum class StreamWay { kOverAChannel, kHere };

EchoResponse MessageOf(absl::string_view text) {
  EchoResponse message;
  message.set_text(std::string(text));
  return message;
}

bool JoinAll(EchoResponse& last, const EchoResponse& next) {
  last.mutable_text()->append(next.text());
  return true;
}

bool KeepApart(EchoResponse&, const EchoResponse&) { return false; }

// Runs the test's function as the handler of Repeat.
class OfferedRepeat final : public EchoService::CallbackService {
 public:
  using Sink = MessageSink<EchoResponse>;
  using Function = std::function<absl::Status(const Context&, Sink&)>;

  OfferedRepeat(Runtime& runtime, MergeMessages<EchoResponse> merge, Function& function)
      : function_(function),
        repeat_(runtime, limit_, kOfferedStream, merge,
                std::bind_front(&OfferedRepeat::Answer, this)) {}

  void OfferTo(LocalMethods& methods) { methods.Offer(repeat_); }
  grpc::ServerWriteReactor<EchoResponse>* Repeat(grpc::CallbackServerContext* call,
                                                 const EchoRequest* request) override {
    return repeat_.Start(call, request);
  }

 private:
  Task<absl::Status> Answer(const Context& context, const EchoRequest&, Sink& sink) {
    co_await OnOwnThread();
    co_return function_(context, sink);
  }

  Function& function_;
  TaskLimit limit_{1};
  StreamMethod<EchoRequest, EchoResponse> repeat_;
};

class OfferedStreamTest : public ::testing::TestWithParam<StreamWay> {
 protected:
  explicit OfferedStreamTest(MergeMessages<EchoResponse> merge = &KeepApart)
      : service_(rpc_.runtime(), merge, repeat_) {
    service_.OfferTo(methods_);
    rpc_.Serve(EchoService::service_full_name(), service_);
    client_.emplace(
        Connection(rpc_.channel(), GetParam() == StreamWay::kHere ? &methods_ : nullptr));
  }
  ~OfferedStreamTest() override { rpc_.Stop(); }

  // Reads into texts_; `take` is asked about each message.
  absl::Status Read(
      const Context& context, const std::function<absl::Status(const std::string&)>& take =
                                  [](const std::string&) { return absl::OkStatus(); }) {
    const CallOptions options{.callee = "echo", .budget = absl::Seconds(20)};
    const auto on_message = [&](const EchoResponse& message) -> Task<absl::Status> {
      texts_.push_back(message.text());
      co_return take(message.text());
    };
    // On the pool: what a handler does here while it waits, others must be able to go on beside.
    absl::Status result;
    absl::Notification has_ended;
    Start<absl::Status>(rpc_.runtime().pool(),
                        client_->Read(context, &EchoService::StubInterface::async_interface::Repeat,
                                      request_, options, on_message),
                        [&](absl::Status status) {
                          result = std::move(status);
                          has_ended.Notify();
                        });
    has_ended.WaitForNotification();
    return result;
  }

  RpcFixture rpc_{{.pool = {.name = "echo", .threads = 2, .max_queued = 4}}};
  OfferedRepeat::Function repeat_;
  OfferedRepeat service_;
  LocalMethods methods_;
  const EchoRequest request_;
  std::optional<TaskClient<EchoService>> client_;
  std::vector<std::string> texts_;
};

class JoinedStreamTest : public OfferedStreamTest {
 protected:
  JoinedStreamTest() : OfferedStreamTest(&JoinAll) {}
};

const auto kBothStreamWays = ::testing::Values(StreamWay::kOverAChannel, StreamWay::kHere);

std::string NameOfWay(const ::testing::TestParamInfo<StreamWay>& run) {
  return run.param == StreamWay::kHere ? "Here" : "OverAChannel";
}

INSTANTIATE_TEST_SUITE_P(BothWays, OfferedStreamTest, kBothStreamWays, NameOfWay);
INSTANTIATE_TEST_SUITE_P(BothWays, JoinedStreamTest, kBothStreamWays, NameOfWay);

TEST_P(OfferedStreamTest, MessagesArriveInOrderAndThenHowItEnded) {
  repeat_ = [](const Context&, OfferedRepeat::Sink& sink) {
    for (const char* text : {"one", "two", "three"}) sink.Write(MessageOf(text));
    return WithReason(absl::UnavailableError("after the third"), "BROKEN_OFF");
  };
  const absl::Status status = Read(Context::Background());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("after the third")));
  EXPECT_EQ(Reason(status), "BROKEN_OFF");
  EXPECT_THAT(texts_, ElementsAre("one", "two", "three"));
  rpc_.Stop();
  EXPECT_THAT(
      rpc_.metrics().Render(),
      HasSubstr("grpc_server_handled_total{grpc_code=\"Unavailable\",grpc_method=\"Repeat\","
                "grpc_service=\"throughline.rpc.test.EchoService\","
                "grpc_type=\"server_stream\"} 1"));
}

TEST_P(OfferedStreamTest, AStreamWithoutMessagesJustEnds) {
  repeat_ = [](const Context&, OfferedRepeat::Sink&) { return absl::OkStatus(); };
  EXPECT_OK(Read(Context::Background()));
  EXPECT_THAT(texts_, IsEmpty());
}

TEST_P(OfferedStreamTest, EachMessageArrivesWhileTheHandlerGoesOn) {
  absl::Notification has_arrived;
  repeat_ = [&](const Context&, OfferedRepeat::Sink& sink) {
    sink.Write(MessageOf("first"));
    has_arrived.WaitForNotification();
    // From any thread.
    std::thread([&sink] { sink.Write(MessageOf("second")); }).join();
    return absl::OkStatus();
  };
  EXPECT_OK(Read(Context::Background(), [&](const std::string& text) {
    if (text == "first") has_arrived.Notify();
    return absl::OkStatus();
  }));
  EXPECT_THAT(texts_, ElementsAre("first", "second"));
}

TEST_P(OfferedStreamTest, WhoTakesNoMoreEndsTheCall) {
  absl::Notification has_ended;
  repeat_ = [&](const Context& context, OfferedRepeat::Sink& sink) {
    const OnCancel on_cancel(context, [&] { has_ended.Notify(); });
    sink.Write(MessageOf("one"));
    has_ended.WaitForNotification();
    sink.Write(MessageOf("two"));
    return context.Check();
  };
  EXPECT_THAT(Read(Context::Background(),
                   [](const std::string&) { return absl::OutOfRangeError("enough"); }),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("enough")));
  EXPECT_THAT(texts_, ElementsAre("one"));
  rpc_.Stop();
}

TEST_P(OfferedStreamTest, TheHandlerHearsThatItsCallerHasGone) {
  const auto cancellation = std::make_shared<CancellationSource>();
  repeat_ = [&](const Context& context, OfferedRepeat::Sink&) {
    absl::Notification heard;
    const OnCancel on_cancel(context, [&] { heard.Notify(); });
    cancellation->Cancel();
    heard.WaitForNotification();
    return context.Check();
  };
  EXPECT_THAT(Read(Context({.cancellation = cancellation})),
              StatusIs(absl::StatusCode::kCancelled));
  rpc_.Stop();
}

TEST_P(OfferedStreamTest, OneTooManyIsToldWhenToComeAgain) {
  absl::Status second;
  repeat_ = [&](const Context&, OfferedRepeat::Sink&) {
    // The one call that there is room for is under way: this one.
    second = Read(Context::Background());
    return absl::OkStatus();
  };
  EXPECT_OK(Read(Context::Background()));
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryAfter(second).has_value());
}

TEST_P(JoinedStreamTest, WhatWaitsBehindAnotherMessageGoesOutAsOne) {
  absl::Notification is_written;
  repeat_ = [&](const Context&, OfferedRepeat::Sink& sink) {
    for (int i = 0; i < 100; ++i) sink.Write(MessageOf(absl::StrCat(i, ";")));
    is_written.Notify();
    return absl::OkStatus();
  };
  EXPECT_OK(Read(Context::Background(), [&](const std::string&) {
    is_written.WaitForNotification();
    return absl::OkStatus();
  }));
  std::string all;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&all, i, ";");
  EXPECT_EQ(absl::StrJoin(texts_, ""), all);
  EXPECT_LT(texts_.size(), 100u);
}

}  // namespace
}  // namespace throughline::rpc
