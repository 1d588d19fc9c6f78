#include "common/rpc/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"

namespace throughline::rpc {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kCallBudget = absl::Seconds(30);

TEST(TargetTest, TakesANameOrReplicas) {
  EXPECT_OK(CheckTarget("memory:50052", "--memory"));
  EXPECT_OK(CheckTarget("[::1]:50052", "--memory"));
  EXPECT_OK(CheckTarget("10.0.0.1:50052,10.0.0.2:50052", "--memory"));
  const auto refuses = [](const std::string& text, const std::string& why) {
    EXPECT_THAT(CheckTarget(text, "--memory"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         testing::AllOf(HasSubstr("--memory"), HasSubstr(why))));
  };
  refuses("memory", "port is missing");
  refuses("10.0.0.1:50052,memory:50052", "IPv4 addresses");
  refuses("10.0.0.1:50052,", "port is missing");
  refuses("10.0.0.1:50052,10.0.0.2:high", "not a number");
  std::string many = "10.0.0.1:1";
  for (int i = 0; i < kMaxAddresses; ++i) absl::StrAppend(&many, ",10.0.0.1:1");
  refuses(many, "at most");
}

TEST(TargetTest, ReplicasAreAskedInTurns) {
  RpcFixture first;
  RpcFixture second;
  test::EchoServiceImpl first_service(first.runtime());
  test::EchoServiceImpl second_service(second.runtime());
  std::atomic<int> answered_by_first = 0;
  std::atomic<int> answered_by_second = 0;
  const auto counting = [](std::atomic<int>& count) {
    return [&count](const Context&, const test::EchoRequest&, test::EchoResponse&) {
      ++count;
      return absl::OkStatus();
    };
  };
  first_service.echo = counting(answered_by_first);
  second_service.echo = counting(answered_by_second);
  first.Serve(test::EchoService::service_full_name(), first_service);
  second.Serve(test::EchoService::service_full_name(), second_service);

  const auto stub = test::EchoService::NewStub(
      MakeChannel(absl::StrCat(first.address(), ",", second.address()),
                  {.idempotent_methods = {"throughline.rpc.test.EchoService/Echo"}}));
  const auto call = [&] {
    return Invoke(Context::Background(), *stub, &test::EchoService::StubInterface::Echo,
                  test::EchoRequest(), {.callee = "echo", .budget = kCallBudget})
        .status();
  };
  // The second connection may take longer than the first.
  const absl::Time deadline = absl::Now() + kCallBudget;
  while ((answered_by_first == 0 || answered_by_second == 0) && absl::Now() < deadline) {
    ASSERT_OK(call());
  }
  const int before = answered_by_first;
  for (int i = 0; i < 10; ++i) ASSERT_OK(call());
  EXPECT_EQ(answered_by_first - before, 5);

  second.Stop();
  for (int i = 0; i < 10; ++i) EXPECT_OK(call()) << "one replica is left";
  first.Stop();
}

}  // namespace
}  // namespace throughline::rpc
