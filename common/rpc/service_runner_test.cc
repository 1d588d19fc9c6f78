#include "common/rpc/service_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "common/rpc/channel.h"
#include "common/rpc/client_call.h"
#include "common/testing/child_process.h"
#include "common/testing/http_get.h"
#include "common/testing/status_matchers.h"
#include "echo_for_tests.grpc.pb.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoService;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(30);

// Runs the echo service as a real process.
class ServiceRunnerTest : public ::testing::Test {
 protected:
  std::unique_ptr<ChildProcess> Run(std::vector<std::string> arguments) {
    ChildProcess::Options options;
    options.command = {THROUGHLINE_ECHO_BINARY};
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    auto child = ChildProcess::Start(std::move(options));
    EXPECT_THAT(child.status(), IsOk());
    return std::move(child).value();
  }

  nlohmann::json Announcement(ChildProcess& child) {
    const auto line = child.WaitForLine("{", kPatience);
    EXPECT_THAT(line.status(), IsOk());
    return nlohmann::json::parse(line.value_or("{}"));
  }
};

TEST_F(ServiceRunnerTest, AnnouncesServesAndStopsCleanly) {
  const auto child = Run({});
  const auto announcement = Announcement(*child);
  EXPECT_EQ(announcement["service"], "echo");
  const std::string address = announcement["address"];
  EXPECT_OK(WaitUntilHealthy(Context::Background().WithBudget(kPatience), {address}));
  child->Signal(SIGTERM);
  EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(0));
  EXPECT_THAT(child->Stderr(), HasSubstr("\"message\":\"stopped\""));
}

TEST_F(ServiceRunnerTest, ACallUnderWayAtSigtermIsAnswered) {
  const auto child = Run({"--delay-seconds", "0.3"});
  const std::string address = Announcement(*child)["address"];
  const auto stub = EchoService::NewStub(MakeChannel(address));
  EchoRequest request;
  request.set_text("hello");
  std::thread client([&] {
    EXPECT_OK(Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo, request,
                     {.callee = "echo", .budget = kPatience}));
  });
  // The call is certainly under way once a second one, begun later, has been answered.
  EXPECT_OK(Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo, request,
                   {.callee = "echo", .budget = kPatience}));
  child->Signal(SIGTERM);
  client.join();
  EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(0));
}

TEST_F(ServiceRunnerTest, ADrainThatEndsByItsDeadlineIsThereForOneMoreScrape) {
  const auto child = Run({"--delay-seconds", "0.5", "--drain-seconds", "0.1"});
  const auto announcement = Announcement(*child);
  const auto stub = EchoService::NewStub(MakeChannel(std::string(announcement["address"])));
  const std::string metrics = announcement["metrics"];
  const int port = std::stoi(metrics.substr(metrics.find(':') + 1));
  const auto scrape = [&] { return HttpGet(port, "/metrics"); };
  EXPECT_THAT(scrape(), HasSubstr("throughline_drain_timeouts_total 0\n"));
  EXPECT_THAT(scrape(), HasSubstr("throughline_build_info{version=\""));
  std::thread client([&] {
    EXPECT_THAT(Invoke(Context::Background(), *stub, &EchoService::StubInterface::Echo,
                       EchoRequest(), {.callee = "echo", .budget = kPatience}),
                StatusIs(absl::StatusCode::kUnavailable));
  });
  while (!absl::StrContains(scrape(), "grpc_server_started_total")) {
  }
  child->Signal(SIGTERM);
  bool told = false;
  for (std::string seen = scrape(); !seen.empty(); seen = scrape()) {
    told = told || absl::StrContains(seen, "throughline_drain_timeouts_total 1\n");
  }
  EXPECT_TRUE(told);
  client.join();
  EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(0));
  EXPECT_THAT(child->Stderr(), HasSubstr("the drain ended by its deadline"));
}

TEST_F(ServiceRunnerTest, HealthcheckAsksARunningServer) {
  const auto child = Run({});
  const std::string address = Announcement(*child)["address"];
  const std::string port = address.substr(address.find(':') + 1);
  EXPECT_THAT(Run({"--healthcheck", "--port", port})->Wait(kPatience), IsOkAndHolds(0));
  child->Signal(SIGINT);
  EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(0));
  const auto late = Run({"--healthcheck", "--port", port});
  EXPECT_THAT(late->Wait(kPatience), IsOkAndHolds(1));
  EXPECT_THAT(late->Stderr(), HasSubstr(address));
}

TEST_F(ServiceRunnerTest, BadCommandLinesAreOneLineOnStderr) {
  const auto refuses = [&](std::vector<std::string> arguments, const std::string& names) {
    const auto child = Run(arguments);
    EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(1));
    const std::string error = child->Stderr();
    EXPECT_THAT(error, AllOf(HasSubstr("echo: "), HasSubstr(names)));
    EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
    EXPECT_EQ(child->Stdout(), "");
  };
  refuses({"--colour"}, "--colour");
  refuses({"--port", "70000"}, "--port");
  refuses({"--workers", "many"}, "--workers");
  refuses({"--tenant", "a b"}, "--tenant");
  refuses({"--log-level", "loud"}, "log_level");
  refuses({"--host", "203.0.113.1"}, "203.0.113.1");
}

TEST_F(ServiceRunnerTest, ATakenPortIsOneLineOnStderr) {
  const auto first = Run({});
  const std::string address = Announcement(*first)["address"];
  const auto second = Run({"--port", address.substr(address.find(':') + 1)});
  EXPECT_THAT(second->Wait(kPatience), IsOkAndHolds(1));
  const std::string error = second->Stderr();
  EXPECT_THAT(error, AllOf(HasSubstr(address), HasSubstr("--port")));
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
}

TEST_F(ServiceRunnerTest, HelpShowsDefaults) {
  const auto child = Run({"--help"});
  EXPECT_THAT(child->Wait(kPatience), IsOkAndHolds(0));
  EXPECT_THAT(child->Stdout(), AllOf(HasSubstr("--drain-seconds"), HasSubstr("THROUGHLINE_TENANT"),
                                     HasSubstr("--tenant TEXT=default")));
}

}  // namespace
}  // namespace throughline::rpc
