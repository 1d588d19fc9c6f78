#include "common/rpc/channel.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/observability/metrics.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/rpc/server.h"
#include "common/testing/status_matchers.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoService;
using ::testing::HasSubstr;

TEST(ServiceConfigTest, RetriesOnlyWhatTheCallerCallsIdempotent) {
  const auto config = nlohmann::json::parse(
      ServiceConfig({.idempotent_methods = {"a.B/Get", "a.B/List"}, .health_service = "a.B"}));
  EXPECT_EQ(config["methodConfig"][0]["name"],
            nlohmann::json::parse(
                R"([{"service":"a.B","method":"Get"},{"service":"a.B","method":"List"}])"));
  EXPECT_EQ(config["methodConfig"][0]["retryPolicy"]["retryableStatusCodes"],
            nlohmann::json::parse(R"(["UNAVAILABLE","CANCELLED"])"));
  EXPECT_EQ(config["healthCheckConfig"]["serviceName"], "a.B");
  // This gRPC ends calls early when the service config sets a timeout.
  EXPECT_FALSE(config["methodConfig"][0].contains("timeout"));
  EXPECT_FALSE(nlohmann::json::parse(ServiceConfig({})).contains("methodConfig"));
}

// A server whose first two answers are UNAVAILABLE.
class RetryTest : public ::testing::Test {
 protected:
  RetryTest() {
    service_.echo = [this](const Context&, const auto&, auto&) {
      return ++calls_ <= 2 ? absl::UnavailableError("starting") : absl::OkStatus();
    };
    server_.AddService(EchoService::service_full_name(), service_);
    server_.AddPool(pool_);
  }

  absl::Status Call(const ChannelOptions& options) {
    const auto stub = EchoService::NewStub(MakeChannel(server_.address(), options));
    return Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo, EchoRequest(),
                  {.callee = "echo", .budget = absl::Seconds(20)})
        .status();
  }

  std::atomic<int> calls_ = 0;
  MetricsRegistry metrics_;
  BoundedPool pool_{{.name = "echo", .threads = 2, .max_queued = 8}};
  Runtime runtime_{{}, pool_, metrics_};
  test::EchoServiceImpl service_{runtime_};
  Server server_{{}};
};

TEST_F(RetryTest, AnIdempotentMethodIsRepeated) {
  ASSERT_OK(server_.Start());
  EXPECT_OK(Call({.idempotent_methods = {"throughline.rpc.test.EchoService/Echo"}}));
  EXPECT_EQ(calls_, 3);
}

TEST_F(RetryTest, AnyOtherIsNot) {
  ASSERT_OK(server_.Start());
  EXPECT_THAT(Call({}), StatusIs(absl::StatusCode::kUnavailable, "starting"));
  EXPECT_EQ(calls_, 1);
}

// A way to a server that is slow to greet: what a client sends is passed on after a while.
class SlowGreeting {
 public:
  SlowGreeting(int server_port, absl::Duration delay) : server_port_(server_port), delay_(delay) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    socklen_t length = sizeof(address);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_, name, length), 0);
    EXPECT_EQ(listen(listener_, SOMAXCONN), 0);
    EXPECT_EQ(getsockname(listener_, name, &length), 0);
    address_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
    thread_ = std::thread([this] { Relay(); });
  }
  ~SlowGreeting() {
    shutdown(listener_, SHUT_RDWR);
    shutdown(client_, SHUT_RDWR);
    thread_.join();
    for (const int descriptor : {listener_, client_.load(), server_}) close(descriptor);
  }
  const std::string& address() const { return address_; }

 private:
  static sockaddr_in Loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    return address;
  }
  // One connection, until an end closes it.
  void Relay() {
    client_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    absl::SleepFor(delay_);
    server_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(server_port_);
    if (connect(server_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return;
    pollfd ends[] = {{.fd = client_, .events = POLLIN}, {.fd = server_, .events = POLLIN}};
    char bytes[4096];
    while (poll(ends, 2, -1) > 0) {
      for (int i = 0; i < 2; ++i) {
        if (ends[i].revents == 0) continue;
        const ssize_t got = recv(ends[i].fd, bytes, sizeof(bytes), 0);
        if (got <= 0) return;
        if (send(ends[1 - i].fd, bytes, static_cast<size_t>(got), MSG_NOSIGNAL) != got) return;
      }
    }
  }

  const int server_port_;
  const absl::Duration delay_;
  int listener_ = -1;
  std::atomic<int> client_{-1};
  int server_ = -1;
  std::string address_;
  std::thread thread_;
};

TEST(MakeChannelTest, AServerThatIsSlowToGreetIsReached) {
  MetricsRegistry metrics;
  BoundedPool pool({.name = "echo", .threads = 1, .max_queued = 1});
  Runtime runtime({}, pool, metrics);
  test::EchoServiceImpl service(runtime);
  service.echo = [](const Context&, const auto&, auto&) { return absl::OkStatus(); };
  Server server({});
  server.AddService(EchoService::service_full_name(), service);
  server.AddPool(pool);
  ASSERT_OK(server.Start());
  const SlowGreeting way(server.port(), absl::Milliseconds(300));
  const auto stub = EchoService::NewStub(MakeChannel(way.address()));
  EXPECT_OK(Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo, EchoRequest(),
                   {.callee = "echo", .budget = absl::Seconds(20)})
                .status());
}

TEST(WaitUntilHealthyTest, NamesTheTargetThatIsNot) {
  EXPECT_THAT(
      WaitUntilHealthy(Context::Background().WithBudget(absl::Milliseconds(50)), {"127.0.0.1:1"}),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1:1")));
}

}  // namespace
}  // namespace throughline::rpc
