#include "common/rpc/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/observability/metrics.h"
#include "common/rpc/channel.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/testing/status_matchers.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace throughline::rpc {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using test::EchoRequest;
using test::EchoService;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ServerTest : public ::testing::Test {
 protected:
  absl::StatusOr<HealthCheckResponse::ServingStatus> AskHealth(const std::string& name) {
    const auto stub = Health::NewStub(MakeChannel(server_->address()));
    HealthCheckRequest request;
    request.set_service(name);
    const auto response = Invoke(Context::Background(), *stub, &Health::StubInterface::Check,
                                 request, {.callee = "server"});
    if (!response.ok()) return response.status();
    return response->status();
  }

  void MakeServer(ServerOptions options, Server::Readiness readiness = nullptr) {
    server_ = std::make_unique<Server>(std::move(options));
    server_->AddService(EchoService::service_full_name(), service_, std::move(readiness));
    server_->AddPool(pool_);
  }

  MetricsRegistry metrics_;
  BoundedPool pool_{{.name = "echo", .threads = 2, .max_queued = 8}};
  Runtime runtime_{{}, pool_, metrics_};
  test::EchoServiceImpl service_{runtime_};
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, ServesOnAPortTheSystemChose) {
  MakeServer({});
  ASSERT_OK(server_->Start());
  EXPECT_GT(server_->port(), 0);
  const auto stub = EchoService::NewStub(MakeChannel(server_->address()));
  EchoRequest request;
  request.set_text("hello");
  ASSERT_OK_AND_ASSIGN(const auto response,
                       Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo,
                              request, {.callee = "echo"}));
  EXPECT_EQ(response.text(), "hello");
}

TEST_F(ServerTest, ATakenPortIsAnErrorThatNamesIt) {
  MakeServer({});
  ASSERT_OK(server_->Start());
  Server second({.port = server_->port()});
  EXPECT_THAT(second.Start(),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr(server_->address()), HasSubstr("Address already in use"),
                             HasSubstr("--port"))));
}

TEST_F(ServerTest, AForeignAddressIsAnErrorThatNamesIt) {
  MakeServer({.host = "203.0.113.1"});
  EXPECT_THAT(server_->Start(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("--host")));
}

TEST_F(ServerTest, HealthFollowsReadiness) {
  std::atomic<bool> ready = false;
  MakeServer({.readiness_interval = absl::Milliseconds(1)}, [&](const Context&) {
    return ready ? absl::OkStatus() : absl::UnavailableError("the store is away");
  });
  ASSERT_OK(server_->Start());
  EXPECT_THAT(AskHealth(EchoService::service_full_name()),
              IsOkAndHolds(HealthCheckResponse::NOT_SERVING));
  EXPECT_THAT(AskHealth(""), IsOkAndHolds(HealthCheckResponse::NOT_SERVING));
  EXPECT_EQ(RunHealthcheck("127.0.0.1", server_->port()), 1);
  ready = true;
  EXPECT_OK(WaitUntilHealthy(Context::Background().WithBudget(absl::Seconds(20)),
                             {server_->address()}, EchoService::service_full_name()));
  EXPECT_OK(
      WaitUntilHealthy(Context::Background().WithBudget(absl::Seconds(20)), {server_->address()}));
  EXPECT_EQ(RunHealthcheck("127.0.0.1", server_->port()), 0);
  EXPECT_THAT(AskHealth("no.such.Service"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ServerTest, ShutdownLetsACallEndAndThenDrainsThePool) {
  absl::Notification begun;
  absl::Notification release;
  service_.echo = [&](const Context&, const auto&, auto& response) {
    begun.Notify();
    release.WaitForNotification();
    response.set_text("finished");
    return absl::OkStatus();
  };
  MakeServer({});
  ASSERT_OK(server_->Start());
  const auto stub = EchoService::NewStub(MakeChannel(server_->address()));
  std::string answer;
  std::thread client([&] {
    const auto response = Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo,
                                 EchoRequest(), {.callee = "echo", .budget = absl::Seconds(20)});
    answer = response.ok() ? response->text() : response.status().ToString();
  });
  begun.WaitForNotification();
  std::thread stopper([&] { EXPECT_TRUE(server_->Shutdown()); });
  release.Notify();
  client.join();
  stopper.join();
  EXPECT_EQ(answer, "finished");
  EXPECT_FALSE(pool_.TrySubmit([] {}));
  EXPECT_TRUE(server_->Shutdown());
}

TEST_F(ServerTest, CallsThatOutlastTheDrainAreHandedOverBeforeTheyAreCancelled) {
  absl::Notification begun;
  absl::Notification ending;
  absl::Notification handed_over;
  service_.echo = [&](const Context&, const auto&, auto&) {
    begun.Notify();
    handed_over.WaitForNotification();
    return absl::UnavailableError("goes on elsewhere");
  };
  MakeServer({.drain_timeout = absl::Seconds(20), .hand_over_time = absl::Seconds(20)});
  server_->AddDrain(
      {.begin = [&] { ending.Notify(); }, .hand_over = [&] { handed_over.Notify(); }});
  ASSERT_OK(server_->Start());
  const auto stub = EchoService::NewStub(MakeChannel(server_->address()));
  std::thread client([&] {
    EXPECT_THAT(Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo,
                       EchoRequest(), {.callee = "echo", .budget = absl::Seconds(20)}),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("goes on elsewhere")));
  });
  begun.WaitForNotification();
  EXPECT_TRUE(server_->Shutdown());
  client.join();
  EXPECT_TRUE(ending.HasBeenNotified());
}

TEST_F(ServerTest, ShutdownCancelsWhatOutlastsTheDrain) {
  absl::Notification begun;
  service_.echo = [&](const Context& context, const auto&, auto&) {
    absl::Notification cancelled;
    const OnCancel on_cancel(context, [&] { cancelled.Notify(); });
    begun.Notify();
    cancelled.WaitForNotification();
    return context.Check();
  };
  MakeServer({.drain_timeout = absl::Milliseconds(20)});
  ASSERT_OK(server_->Start());
  const auto stub = EchoService::NewStub(MakeChannel(server_->address()));
  std::thread client([&] {
    // The client did not cancel it, so to the client it is a server that went away.
    EXPECT_THAT(Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo,
                       EchoRequest(), {.callee = "echo", .budget = absl::Seconds(20)}),
                StatusIs(absl::StatusCode::kUnavailable, HasSubstr("echo")));
  });
  begun.WaitForNotification();
  EXPECT_FALSE(server_->Shutdown());
  client.join();
}

}  // namespace
}  // namespace throughline::rpc
