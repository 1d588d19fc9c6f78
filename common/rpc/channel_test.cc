#include "common/rpc/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>

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
            nlohmann::json::parse(R"(["UNAVAILABLE"])"));
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

TEST(WaitUntilHealthyTest, NamesTheTargetThatIsNot) {
  EXPECT_THAT(
      WaitUntilHealthy(Context::Background().WithBudget(absl::Milliseconds(50)), {"127.0.0.1:1"}),
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("127.0.0.1:1")));
}

}  // namespace
}  // namespace throughline::rpc
