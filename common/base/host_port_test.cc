#include "common/base/host_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"

namespace throughline {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(HostPortTest, ReadsNamesAndAddresses) {
  EXPECT_THAT(ParseHostPort("localhost:6379", "redis"), IsOkAndHolds(HostPort{"localhost", 6379}));
  EXPECT_THAT(ParseHostPort("[::1]:0", "redis"), IsOkAndHolds(HostPort{"::1", 0}));
  EXPECT_EQ((HostPort{"::1", 80}).ToString(), "[::1]:80");
  EXPECT_EQ((HostPort{"127.0.0.1", 80}).ToString(), "127.0.0.1:80");
}

TEST(HostPortTest, SaysWhichPartIsWrong) {
  const auto refuses = [](absl::string_view text, absl::string_view why) {
    EXPECT_THAT(ParseHostPort(text, "--redis"),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("--redis"), HasSubstr(std::string(why)),
                               HasSubstr("127.0.0.1:6379"))))
        << text;
  };
  refuses("localhost", "the port is missing");
  refuses("", "the port is missing");
  refuses(":6379", "the host is missing");
  refuses("::1:6379", "needs brackets");
  refuses("[::1:6379", "closing bracket");
  refuses("localhost:", "not a number");
  refuses("localhost:sixty", "not a number");
  refuses("localhost:65536", "not a number");
  refuses("localhost:-1", "not a number");
  refuses("redis//x:1", "no host name");
}

}  // namespace
}  // namespace throughline
