#include "common/rpc/client_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/testing/fake_clock.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoResponse;
using test::EchoService;
using ::testing::HasSubstr;

class ClientCallTest : public ::testing::Test {
 protected:
  ClientCallTest() : rpc_({.runtime = {.trust_tenant_metadata = true}}) {}
  ~ClientCallTest() override { rpc_.Stop(); }

  void Serve() {
    rpc_.Serve(EchoService::service_full_name(), service_);
    stub_ = EchoService::NewStub(rpc_.channel());
  }

  absl::StatusOr<EchoResponse> Call(const Context& context, absl::Duration budget) {
    return Invoke(context, *stub_, &EchoService::StubInterface::Echo, EchoRequest(),
                  {.callee = "echo", .budget = budget});
  }

  RpcFixture rpc_;
  test::EchoServiceImpl service_{rpc_.runtime()};
  std::unique_ptr<EchoService::StubInterface> stub_;
};

TEST_F(ClientCallTest, PassesOnWhoAsksAndUntilWhen) {
  service_.echo = [](const Context& context, const EchoRequest&, EchoResponse& response) {
    EXPECT_LT(context.Remaining(), absl::Seconds(4));  // gRPC rounds up on the wire
    response.set_text(absl::StrCat(context.tenant(), "|", context.request_id(), "|",
                                   context.traceparent().substr(0, 36)));
    return absl::OkStatus();
  };
  Serve();
  Context::Fields fields;
  fields.tenant = "acme";
  fields.request_id = "r1";
  fields.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  fields.deadline = Clock::Real().SteadyNow() + absl::Seconds(3);
  ASSERT_OK_AND_ASSIGN(const EchoResponse response, Call(Context(fields), absl::Seconds(20)));
  EXPECT_EQ(response.text(), "acme|r1|00-4bf92f3577b34da6a3ce929d0e0e4736-");
}

TEST_F(ClientCallTest, OwnBudgetCapsTheCallersDeadline) {
  service_.echo = [](const Context& context, const EchoRequest&, EchoResponse&) {
    absl::Notification given_up;
    const OnCancel on_cancel(context, [&] { given_up.Notify(); });
    given_up.WaitForNotification();
    return context.Check();
  };
  Serve();
  EXPECT_THAT(Call(Context::Background(), absl::Milliseconds(30)),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("echo")));
}

TEST_F(ClientCallTest, AnEndedContextCallsNobody) {
  service_.echo = [](const Context&, const EchoRequest&, EchoResponse&) {
    ADD_FAILURE() << "called";
    return absl::OkStatus();
  };
  Serve();
  Context::Fields fields;
  FakeClock clock;
  fields.clock = &clock;
  fields.deadline = clock.SteadyNow();
  EXPECT_THAT(Call(Context(fields), absl::Seconds(1)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ClientCallTest, CancellationReachesTheServer) {
  absl::Notification begun;
  absl::Notification seen;
  service_.echo = [&](const Context& context, const EchoRequest&, EchoResponse&) {
    const OnCancel on_cancel(context, [&] { seen.Notify(); });
    begun.Notify();
    seen.WaitForNotification();
    return context.Check();
  };
  Serve();
  Context::Fields fields;
  fields.cancellation = std::make_shared<CancellationSource>();
  const Context context(fields);
  std::thread canceller([&] {
    begun.WaitForNotification();
    context.cancellation()->Cancel();
  });
  EXPECT_THAT(Call(context, absl::Seconds(20)), StatusIs(absl::StatusCode::kCancelled));
  canceller.join();
  EXPECT_TRUE(seen.WaitForNotificationWithTimeout(absl::Seconds(10)));
  rpc_.Stop();  // the handler may not have woken yet, and waits on what is gone with this block
}

TEST_F(ClientCallTest, AnIllegalHeaderValueIsLeftOut) {
  Serve();
  Context::Fields fields;
  fields.request_id = "two\nlines";
  EXPECT_OK(Call(Context(fields), absl::Seconds(20)));
}

TEST(ClientCallUnreachableTest, NamesTheCalleeInsteadOfTheTransport) {
  auto stub = EchoService::NewStub(MakeChannel("127.0.0.1:1"));
  EXPECT_THAT(Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo, EchoRequest(),
                     {.callee = "echo", .budget = absl::Seconds(20)}),
              StatusIs(absl::StatusCode::kUnavailable, "echo cannot be reached"));
}

// A server that shuts down drops the calls that it has not looked at yet in this way.
class DroppingService final : public EchoService::Service {
  grpc::Status Echo(grpc::ServerContext*, const EchoRequest*, test::EchoResponse*) override {
    return grpc::Status::CANCELLED;
  }
};

TEST(DroppedCallTest, ACallThatTheServerCancelsIsUnavailable) {
  DroppingService service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto stub = EchoService::NewStub(server->InProcessChannel({}));
  EXPECT_THAT(
      Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo, EchoRequest(),
             {.callee = "echo", .budget = absl::Seconds(20)}),
      StatusIs(absl::StatusCode::kUnavailable, testing::HasSubstr("echo cut the call off")));
  server->Shutdown();
}

}  // namespace
}  // namespace throughline::rpc
