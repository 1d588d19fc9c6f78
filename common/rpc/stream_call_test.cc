#include "common/rpc/stream_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/base/task.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/rpc/stream_reader.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The stream is read by a caller that blocks, or by a task.
class StreamCallTest : public ::testing::TestWithParam<bool> {
 protected:
  using OnMessage = std::function<absl::Status(const EchoResponse&)>;

  ~StreamCallTest() override { rpc_.Stop(); }

  absl::Status Read(const OnMessage& on_message) {
    const CallOptions options{.callee = "echo", .budget = absl::Seconds(20)};
    if (GetParam()) return Wait(ReadAsTask(on_message, options));
    return InvokeStream(Context::Background(), *stub_, &EchoService::StubInterface::Repeat,
                        EchoRequest(), options, on_message);
  }

  Task<absl::Status> ReadAsTask(const OnMessage& on_message, const CallOptions& options) {
    const Context context = Context::Background();
    const EchoRequest request;
    const auto take = [&on_message](const EchoResponse& message) -> Task<absl::Status> {
      co_return on_message(message);
    };
    co_return co_await ReadStream(context, *stub_,
                                  &EchoService::StubInterface::async_interface::Repeat, request,
                                  options, take);
  }

  void Serve(test::EchoServiceImpl::RepeatFunction repeat) {
    service_.repeat = std::move(repeat);
    rpc_.Serve(EchoService::service_full_name(), service_);
    stub_ = EchoService::NewStub(rpc_.channel());
  }

  RpcFixture rpc_;
  test::EchoServiceImpl service_{rpc_.runtime()};
  std::unique_ptr<EchoService::Stub> stub_;
};

INSTANTIATE_TEST_SUITE_P(Readers, StreamCallTest, ::testing::Values(false, true),
                         [](const auto& test) { return test.param ? "Task" : "Blocking"; });

TEST_P(StreamCallTest, SendsEveryMessageInOrderThenTheStatus) {
  Serve([](const Context&, const EchoRequest&, Sink<EchoResponse>& sink) {
    EchoResponse message;
    for (int i = 0; i < 500; ++i) {
      message.set_text(std::to_string(i));
      EXPECT_TRUE(sink.Write(message));
    }
    return absl::NotFoundError("no more");
  });
  std::vector<std::string> received;
  const absl::Status status = Read([&](const EchoResponse& message) {
    received.push_back(message.text());
    return absl::OkStatus();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "no more"));
  ASSERT_THAT(received, SizeIs(500));
  EXPECT_EQ(received[499], "499");
  EXPECT_THAT(rpc_.metrics().Render(), HasSubstr("grpc_type=\"server_stream\"} 1"));
}

TEST_P(StreamCallTest, AnEmptyStreamIsFine) {
  Serve([](const Context&, const EchoRequest&, Sink<EchoResponse>&) { return absl::OkStatus(); });
  EXPECT_OK(Read([](const EchoResponse&) { return absl::InternalError("nothing was sent"); }));
}

TEST_P(StreamCallTest, WritingStopsWhenTheClientGoes) {
  absl::Notification ended;
  Serve([&](const Context& context, const EchoRequest&, Sink<EchoResponse>& sink) {
    EchoResponse message;
    message.set_text(std::string(10000, 'x'));
    while (sink.Write(message)) {
    }
    ended.Notify();
    return context.Check();
  });
  const absl::Status status =
      Read([](const EchoResponse&) { return absl::AbortedError("enough"); });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, "enough"));
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_P(StreamCallTest, ASlowClientSlowsTheHandler) {
  constexpr int kMessages = 200;
  std::atomic<int> written = 0;
  Serve([&](const Context&, const EchoRequest&, Sink<EchoResponse>& sink) {
    EchoResponse message;
    message.set_text(std::string(100000, 'x'));
    for (; written < kMessages && sink.Write(message); ++written) {
    }
    return absl::OkStatus();
  });
  int most_ahead = 0;
  int read = 0;
  EXPECT_OK(Read([&](const EchoResponse&) {
    most_ahead = std::max(most_ahead, written - ++read);
    return absl::OkStatus();
  }));
  EXPECT_EQ(read, kMessages);
  EXPECT_LT(most_ahead, kMessages / 2);
}

}  // namespace
}  // namespace throughline::rpc
