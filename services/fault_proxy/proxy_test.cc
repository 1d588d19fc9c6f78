// What each fault does to bytes that pass, seen from a client of a real server behind the proxy.

#include "services/fault_proxy/proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/child_process.h"
#include "common/testing/status_matchers.h"
#include "services/fault_proxy/control.h"
#include "services/fault_proxy/sockets.h"

namespace throughline::fault_proxy {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Sends everything back. One connection at a time.
class Echo {
 public:
  Echo() : listener_(*Listen(kAnyPort)) {
    thread_ = std::thread([this] {
      for (Socket client = Accept(listener_); client.valid(); client = Accept(listener_)) {
        char bytes[4096];
        for (ssize_t size = 1; size > 0;) {
          size = recv(client.descriptor(), bytes, sizeof(bytes), 0);
          if (size > 0) SendAll(client, absl::string_view(bytes, static_cast<size_t>(size)));
        }
      }
    });
  }
  ~Echo() {
    listener_.ShutDown();
    thread_.join();
  }
  HostPort address() const { return LocalAddress(listener_, kAnyPort); }

 private:
  static inline const HostPort kAnyPort{.host = "127.0.0.1", .port = 0};
  Socket listener_;
  std::thread thread_;
};

class FaultProxyTest : public testing::Test {
 protected:
  FaultProxyTest() : proxy_(*FaultProxy::Start({.target = echo_.address()})) {}
  // Declared before the proxy, so that it ends after the proxy's connections have.
  Echo echo_;
  std::unique_ptr<FaultProxy> proxy_;

  Socket Dial() const { return *Connect(proxy_->address()); }
  // What comes back within `timeout`, at most as many bytes as were sent; "" at the end.
  static std::string RoundTrip(const Socket& socket, const std::string& sent,
                               absl::Duration timeout = absl::Seconds(10)) {
    if (!SendAll(socket, sent)) return "";
    std::string back;
    while (back.size() < sent.size()) {
      pollfd readable{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
      if (poll(&readable, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0) break;
      char bytes[4096];
      const ssize_t size = recv(socket.descriptor(), bytes, sizeof(bytes), 0);
      if (size <= 0) break;
      back.append(bytes, static_cast<size_t>(size));
    }
    return back;
  }
  void Do(absl::string_view command) { ASSERT_OK(Obey(*proxy_, command).status()); }
};

TEST_F(FaultProxyTest, PassesWhatItIsGiven) {
  const Socket socket = Dial();
  const std::string text(300'000, 'x');
  EXPECT_EQ(RoundTrip(socket, text), text);
  EXPECT_EQ(proxy_->connections(), 1);
}

TEST_F(FaultProxyTest, DelaysBothWays) {
  const Socket socket = Dial();
  Do("delay 60ms");
  const absl::Time before = absl::Now();
  EXPECT_EQ(RoundTrip(socket, "hello"), "hello");
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(120));
}

TEST_F(FaultProxyTest, ABlackHoleHoldsBytesUntilItHeals) {
  const Socket socket = Dial();
  EXPECT_EQ(RoundTrip(socket, "one"), "one");
  Do("blackhole");
  EXPECT_EQ(RoundTrip(socket, "two", absl::Milliseconds(50)), "");
  Do("heal");
  EXPECT_THAT(RoundTrip(socket, "tre"), StartsWith("two"));
}

TEST_F(FaultProxyTest, ACutEndsConnectionsAndWelcomesNewOnes) {
  const Socket first = Dial();
  EXPECT_EQ(RoundTrip(first, "one"), "one");
  Do("cut");
  EXPECT_EQ(RoundTrip(first, "two"), "");
  const Socket second = Dial();
  EXPECT_EQ(RoundTrip(second, "three"), "three");
}

TEST_F(FaultProxyTest, RefusesUntilItHeals) {
  Do("refuse");
  EXPECT_EQ(RoundTrip(Dial(), "one"), "");
  Do("heal");
  EXPECT_EQ(RoundTrip(Dial(), "two"), "two");
}

TEST_F(FaultProxyTest, ThrottlesToTheRate) {
  const Socket socket = Dial();
  Do("throttle 20000");
  const absl::Time before = absl::Now();
  EXPECT_EQ(RoundTrip(socket, std::string(4000, 'x')).size(), 4000u);
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(190));
}

TEST_F(FaultProxyTest, CorruptsOneBitOfSoManyBytes) {
  const Socket socket = Dial();
  Do("corrupt 100");
  const std::string sent(1000, 'x');
  const std::string back = RoundTrip(socket, sent);
  ASSERT_EQ(back.size(), sent.size());
  int different = 0;
  for (size_t i = 0; i < sent.size(); ++i) different += back[i] != sent[i];
  EXPECT_GE(different, 10);
  EXPECT_LE(different, 20);
}

TEST_F(FaultProxyTest, ATargetThatIsAwayEndsTheConnection) {
  const std::unique_ptr<FaultProxy> lonely =
      *FaultProxy::Start({.target = {.host = "127.0.0.1", .port = 1}});
  EXPECT_EQ(RoundTrip(*Connect(lonely->address()), "hello"), "");
}

TEST_F(FaultProxyTest, RefusesCommandsItDoesNotKnow) {
  for (const char* line : {"", "explode", "delay", "delay soon", "delay -1s", "delay 2h",
                           "throttle x", "corrupt -5", "cut now", "delay 1s 2s"}) {
    EXPECT_THAT(Obey(*proxy_, line).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("command: expected delay")))
        << line;
  }
  EXPECT_EQ(proxy_->faults(), Faults());
}

TEST(FaultProxyProgramTest, IsSteeredByLinesAndEndsOnSigterm) {
  const Echo echo;
  auto started =
      ChildProcess::Start({.command = {BinaryPath("throughline-fault-proxy"), "--target",
                                       echo.address().ToString(), "--fault", "delay 1ms"}});
  ASSERT_OK(started.status());
  ASSERT_OK_AND_ASSIGN(const std::string line, (*started)->WaitForLine("{", absl::Seconds(10)));
  const auto announcement = nlohmann::json::parse(line);
  ASSERT_OK_AND_ASSIGN(const HostPort at,
                       ParseHostPort(announcement["control"].get<std::string>(), "control"));
  {
    const Socket control = *Connect(at);
    const auto ask = [&](const std::string& command) {
      SendAll(control, command);
      char answer[200];
      const ssize_t size = recv(control.descriptor(), answer, sizeof(answer), 0);
      return std::string(answer, static_cast<size_t>(std::max<ssize_t>(size, 0)));
    };
    EXPECT_EQ(ask("status\n"), "ok pass delay=1ms throttle=0 corrupt=0 connections=0\n");
    EXPECT_THAT(ask("blackhole\r\n"), StartsWith("ok blackhole"));
    EXPECT_THAT(ask("fly\n"), StartsWith("error command: expected"));
    EXPECT_EQ(ask(std::string(1000, 'x')), "");
  }
  (*started)->Signal(SIGTERM);
  EXPECT_THAT((*started)->Wait(absl::Seconds(10)), IsOkAndHolds(0));
}

TEST(FaultProxyProgramTest, ListensOnLoopbackOnlyUnlessTold) {
  auto started = ChildProcess::Start({.command = {BinaryPath("throughline-fault-proxy"), "--target",
                                                  "127.0.0.1:1", "--listen", "0.0.0.0:0"}});
  ASSERT_OK(started.status());
  EXPECT_THAT((*started)->Wait(absl::Seconds(10)), IsOkAndHolds(1));
  EXPECT_THAT((*started)->Stderr(), HasSubstr("--listen: expected a loopback address"));
}

}  // namespace
}  // namespace throughline::fault_proxy
