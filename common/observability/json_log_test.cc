#include "common/observability/json_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "common/testing/status_matchers.h"

namespace throughline {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

class JsonLogTest : public ::testing::Test {
 protected:
  JsonLogTest() { ConfigureLogging("memory", Severity::kInfo); }

  nlohmann::json Line(size_t i) const { return nlohmann::json::parse(lines_.at(i)); }

  std::vector<std::string> lines_;
  ScopedLogSink sink_{[this](absl::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(JsonLogTest, ALineIsOneJsonObjectWithTypedFields) {
  Log(Severity::kWarning, "it \"rains\"\n",
      {{"count", 3},
       {"ratio", 0.5},
       {"wet", true},
       {"place", "here"},
       {"took_ms", absl::Seconds(2)}});
  ASSERT_THAT(lines_, SizeIs(1));
  EXPECT_EQ(lines_[0].find('\n'), std::string::npos);
  const nlohmann::json line = Line(0);
  EXPECT_EQ(line["severity"], "warning");
  EXPECT_EQ(line["message"], "it \"rains\"\n");
  EXPECT_EQ(line["service"], "memory");
  EXPECT_EQ(line["count"], 3);
  EXPECT_EQ(line["ratio"], 0.5);
  EXPECT_EQ(line["wet"], true);
  EXPECT_EQ(line["place"], "here");
  EXPECT_EQ(line["took_ms"], 2000.0);
  EXPECT_THAT(line["time"].get<std::string>(),
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"));
}

TEST_F(JsonLogTest, ARequestsLineNamesTheRequest) {
  Context::Fields fields;
  fields.tenant = "acme";
  fields.request_id = "r1";
  fields.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  Log(Context(fields), Severity::kInfo, "hello");
  EXPECT_EQ(Line(0)["tenant"], "acme");
  EXPECT_EQ(Line(0)["request_id"], "r1");
  EXPECT_EQ(Line(0)["traceparent"], "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
}

TEST_F(JsonLogTest, InvalidUtf8IsReplaced) {
  Log(Severity::kInfo, "caf\xe9", {{"text", "\xff\xfe"}});
  EXPECT_EQ(Line(0)["message"], "caf\xef\xbf\xbd");
}

TEST_F(JsonLogTest, LinesBelowTheMinimumAreDropped) {
  Log(Severity::kDebug, "details");
  EXPECT_THAT(lines_, SizeIs(0));
  ConfigureLogging("memory", Severity::kDebug);
  Log(Severity::kDebug, "details");
  EXPECT_THAT(lines_, SizeIs(1));
}

TEST_F(JsonLogTest, ThreadsNeverMixLines) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 100; ++j) Log(Severity::kInfo, "tick", {{"j", j}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_THAT(lines_, SizeIs(400));
  for (size_t i = 0; i < lines_.size(); ++i) EXPECT_EQ(Line(i)["message"], "tick");
}

TEST_F(JsonLogTest, AnOutageIsToldOnceAndSoIsItsEnd) {
  OutageLog outage("redis at 127.0.0.1:6379");
  outage.Succeeded();
  EXPECT_THAT(lines_, SizeIs(0));
  outage.Failed(absl::UnavailableError("refused"));
  outage.Failed(absl::UnavailableError("refused"));
  ASSERT_THAT(lines_, SizeIs(1));
  EXPECT_EQ(Line(0)["severity"], "warning");
  EXPECT_THAT(Line(0)["error"].get<std::string>(), HasSubstr("refused"));
  outage.Succeeded();
  outage.Succeeded();
  ASSERT_THAT(lines_, SizeIs(2));
  EXPECT_EQ(Line(1)["failures"], 2);
  outage.Failed(absl::UnavailableError("again"));
  EXPECT_THAT(lines_, SizeIs(3));
}

TEST(SeverityTest, KnowsItsNames) {
  EXPECT_THAT(ParseSeverity("error"), IsOkAndHolds(Severity::kError));
  EXPECT_THAT(ParseSeverity("loud"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("warning")));
}

}  // namespace
}  // namespace throughline
