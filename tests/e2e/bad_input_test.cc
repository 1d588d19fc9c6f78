// Everything a user can get wrong: one line that names the field, what was expected and what to do;
// an exit code that is not zero; nothing stored.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/host_port.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"

namespace throughline::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

constexpr char kCustomer[] = "careless";

// "throughline: <what>: expected …; <next step>".
constexpr char kErrorShape[] = "throughline: .+: expected .+; .+";

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

// What stands on stderr beside progress ("✓ …") and the JSON log of a server.
std::vector<std::string> ErrorLines(const Outcome& outcome) {
  std::vector<std::string> lines = Lines(outcome.err);
  lines.erase(std::remove_if(lines.begin(), lines.end(),
                             [](const std::string& line) {
                               return absl::StartsWith(line, "✓") || absl::StartsWith(line, "{");
                             }),
              lines.end());
  return lines;
}

void ExpectOneLine(const Outcome& outcome, const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  const std::vector<std::string> lines = ErrorLines(outcome);
  ASSERT_THAT(lines, SizeIs(1)) << outcome.err;
  EXPECT_THAT(lines[0], MatchesRegex(kErrorShape));
  for (const std::string& part : parts) EXPECT_THAT(lines[0], HasSubstr(part));
}

class BadCallTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(system_, Deployment::Start({})); }

  // Every test ends with a memory that never heard of the customer.
  void TearDown() override {
    if (system_ == nullptr) return;
    EXPECT_THAT(system_->Run({"calls", "--customer", kCustomer, "--json"}).out, IsEmpty());
    EXPECT_THAT(system_->Run({"facts", "--customer", kCustomer, "--all", "--json"}).out, IsEmpty());
  }

  Outcome Process(const std::string& content, std::vector<std::string> flags = {}) {
    std::vector<std::string> command = {"process", "--customer", kCustomer, "--json"};
    command.insert(command.end(), flags.begin(), flags.end());
    command.push_back(directory_.Write("call.txt", content));
    return system_->Run(std::move(command));
  }

  TempDirectory directory_;
  std::unique_ptr<Deployment> system_;
};

TEST_F(BadCallTest, EmptyFile) { ExpectOneLine(Process(""), {"transcript: expected"}); }

TEST_F(BadCallTest, FileOfWhiteSpace) {
  ExpectOneLine(Process(" \n\t\n"), {"transcript: expected"});
}

TEST_F(BadCallTest, BinaryFile) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes.push_back(static_cast<char>(i * 37 % 256));
  ExpectOneLine(Process(bytes), {"transcript: expected"});
}

TEST_F(BadCallTest, TranscriptOverTheLimit) {
  std::string call = "Ana: ";
  call.append(8 * 1024 * 1024, 'a');
  ExpectOneLine(Process(call), {"transcript: expected at most 8388608 bytes"});
}

TEST_F(BadCallTest, TranscriptInWhichNobodySpeaks) {
  ExpectOneLine(Process("Attendees: Ana Ruiz (CFO, Acme); Bo Lind (Account Executive, Vendor)\n"
                        "Date: January 14, 2026\n"),
                {"transcript: expected"});
}

TEST_F(BadCallTest, TranscriptWithoutSpeakers) {
  ExpectOneLine(Process("They talked about the rollout. Then the budget came up.\n"),
                {"transcript: expected speakers", "found none", "unattributed"});
}

TEST_F(BadCallTest, MalformedDate) {
  ExpectOneLine(Process("Ana: Hello.\n", {"--date", "14/01/2026"}),
                {"--date: expected a day as YYYY-MM-DD", "14/01/2026"});
}

TEST_F(BadCallTest, UnknownFormat) {
  ExpectOneLine(Process("Ana: Hello.\n", {"--format", "morse"}), {"--format: expected one of"});
}

TEST_F(BadCallTest, CustomerIdWithControlCharacters) {
  const std::string file = directory_.Write("call.txt", "Ana: Hello.\n");
  ExpectOneLine(system_->Run({"process", "--customer", "a\tb", "--json", file}),
                {"customer_id: expected"});
}

TEST_F(BadCallTest, MissingFile) {
  ExpectOneLine(system_->Run({"process", "--customer", kCustomer, "/nowhere/call.txt"}),
                {"transcript: expected a file that can be read", "/nowhere/call.txt"});
}

TEST_F(BadCallTest, UnknownCustomer) {
  for (const std::string command : {"deal", "profile", "facts"}) {
    ExpectOneLine(system_->Run({command, "--customer", kCustomer, "--json"}),
                  {"customer", kCustomer});
  }
}

TEST_F(BadCallTest, BadJsonLine) {
  const std::string path = directory_.Write(
      "notes.jsonl",
      absl::StrCat("{\"customer\":\"", kCustomer, "\",\"id\":\"1\",\"text\":\"x\"}\n",
                   "{\"customer\":\"", kCustomer, "\",\"id\":\"2\",\"text\":7}\n"));
  ExpectOneLine(system_->Run({"retain", "--jsonl", path}),
                {"notes.jsonl:2: text: expected a string"});
  ExpectOneLine(system_->Run({"recall", "--jsonl", "-"}, "{oops\n"),
                {"stdin:1: expected one JSON object"});
}

class BadServeTest : public testing::Test {
 protected:
  // Runs `throughline serve`, which must end by itself.
  Outcome Serve(std::vector<std::string> flags) {
    std::vector<std::string> command = {BinaryPath("throughline"), "serve"};
    command.insert(command.end(), flags.begin(), flags.end());
    return RunCommand(std::move(command));
  }

  TempDirectory directory_;
};

TEST_F(BadServeTest, PortInUse) {
  ASSERT_OK_AND_ASSIGN(const auto first, Deployment::Start({}));
  ASSERT_OK_AND_ASSIGN(const HostPort taken,
                       ParseHostPort(first->address("orchestrator"), "address"));
  ExpectOneLine(Serve({"--port", absl::StrCat(taken.port), "--data-dir", directory_.File("data")}),
                {"--port", absl::StrCat(taken.port)});
}

TEST_F(BadServeTest, DataDirectoryNotWritable) {
  // Below a regular file: not even root can make a directory there.
  const std::string file = directory_.Write("file", "x");
  ExpectOneLine(Serve({"--port", "0", "--data-dir", absl::StrCat(file, "/data")}),
                {"--data-dir: expected a directory that can be written", file});
}

TEST_F(BadServeTest, DataDirectoryOfAnotherServer) {
  const std::string data_dir = directory_.File("data");
  ASSERT_OK_AND_ASSIGN(const auto first, Deployment::Start({.data_dir = data_dir}));
  ExpectOneLine(Serve({"--port", "0", "--data-dir", data_dir}),
                {"--data-dir: expected a directory of its own", "used by another process"});
}

TEST_F(BadServeTest, RedisAddressMalformed) {
  for (const std::string address : {"nonsense", "127.0.0.1:", "127.0.0.1:99999", ":6379"}) {
    ExpectOneLine(Serve({"--port", "0", "--data-dir", directory_.File("data"), "--redis", address}),
                  {"--redis: expected"});
  }
}

TEST_F(BadServeTest, RedisDoesNotAnswer) {
  ExpectOneLine(
      Serve({"--port", "0", "--data-dir", directory_.File("data"), "--redis", "127.0.0.1:1"}),
      {"--redis: expected a Redis that answers at 127.0.0.1:1"});
}

TEST_F(BadServeTest, RouterConfigWithAnUnknownKey) {
  const std::string path = directory_.Write("router.yaml", "models: []\nfrobnicate: true\n");
  ExpectOneLine(
      Serve({"--port", "0", "--data-dir", directory_.File("data"), "--router-config", path}),
      {"router.yaml:2", "frobnicate"});
}

TEST_F(BadServeTest, RouterConfigMissing) {
  ExpectOneLine(Serve({"--port", "0", "--data-dir", directory_.File("data"), "--router-config",
                       "/nowhere/router.yaml"}),
                {"/nowhere/router.yaml"});
}

TEST_F(BadServeTest, UnknownLogLevel) {
  ExpectOneLine(
      Serve({"--port", "0", "--data-dir", directory_.File("data"), "--log-level", "chatty"}),
      {"chatty"});
}

}  // namespace
}  // namespace throughline::e2e
