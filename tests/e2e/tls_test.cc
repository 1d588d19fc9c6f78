// Every connection of the system over mutual TLS: between the services, and from the command.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/certificates.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"

namespace throughline::e2e {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Environment(const std::string& folder) {
  return {absl::StrCat("THROUGHLINE_TLS_CERT=", folder, "/tls.crt"),
          absl::StrCat("THROUGHLINE_TLS_KEY=", folder, "/tls.key"),
          absl::StrCat("THROUGHLINE_TLS_CA=", folder, "/ca.crt"),
          "THROUGHLINE_TLS_CLIENTS=operator,dashboard"};
}

class TlsSystemTest : public testing::TestWithParam<Shape> {
 protected:
  void SetUp() override {
    auto made = CertificateAuthority::Make();
    ASSERT_OK(made.status());
    authority_ = *std::move(made);
    ASSERT_OK_AND_ASSIGN(const std::string folder, authority_->Issue());
    auto started = Deployment::Start({.shape = GetParam(),
                                      .serve_flags = {"--audit-log", audit_log_},
                                      .orchestrator_flags = {"--audit-log", audit_log_},
                                      .environment = Environment(folder)});
    ASSERT_OK(started.status());
    system_ = *std::move(started);
  }

  // The system's own customer asked for by a command that has `arguments` more.
  Outcome Ask(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = {BinaryPath("throughline"),
                                        "calls",
                                        "--customer",
                                        "tls",
                                        "--timeout",
                                        "2s",
                                        "--server",
                                        system_->address("orchestrator")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunCommand(std::move(command));
  }

  TempDirectory directory_;
  const std::string audit_log_ = directory_.File("audit.jsonl");
  std::unique_ptr<CertificateAuthority> authority_;
  std::unique_ptr<Deployment> system_;
};

TEST_P(TlsSystemTest, ACallGoesThroughEveryServiceAndStrangersAreKeptOut) {
  const Outcome processed = system_->Run({"process", "--customer", "tls", CallFile(1)});
  EXPECT_EQ(processed.code, 0) << processed.err << system_->Log();

  ASSERT_OK_AND_ASSIGN(const std::string mine, authority_->Issue({"operator"}));
  const auto flags = [](const std::string& folder, const std::string& ca) {
    return std::vector<std::string>{"--tls-cert", absl::StrCat(folder, "/tls.crt"),
                                    "--tls-key",  absl::StrCat(folder, "/tls.key"),
                                    "--tls-ca",   absl::StrCat(ca, "/ca.crt")};
  };
  const Outcome known = Ask(flags(mine, mine));
  EXPECT_EQ(known.code, 0) << known.err;
  std::vector<std::string> process = {
      BinaryPath("throughline"),       "process", "--customer", "tls", CallFile(2), "--server",
      system_->address("orchestrator")};
  for (const std::string& flag : flags(mine, mine)) process.push_back(flag);
  const Outcome by_operator = RunCommand(process);
  EXPECT_EQ(by_operator.code, 0) << by_operator.err;
  ASSERT_OK_AND_ASSIGN(const std::string unnamed, authority_->Issue({"somebody"}));
  const auto other = CertificateAuthority::Make();
  ASSERT_OK(other.status());
  ASSERT_OK_AND_ASSIGN(const std::string foreign, (*other)->Issue({"operator"}));
  const std::map<std::string, std::vector<std::string>> strangers = {
      {"of another name", flags(unnamed, unnamed)},
      {"in plain text", {}},
      {"without a certificate", {"--tls-ca", authority_->ca_file()}},
      {"of another CA", flags(foreign, mine)}};
  // Each takes its time to give up, so all at once.
  std::vector<std::thread> asking;
  for (const auto& [who, arguments] : strangers) {
    asking.emplace_back(
        [&, who = who, arguments = arguments] { EXPECT_EQ(Ask(arguments).code, 1) << who; });
  }
  for (std::thread& each : asking) each.join();
  const Outcome unreadable = Ask({"--tls-ca", "/nowhere/ca.crt"});
  EXPECT_EQ(unreadable.code, 1);
  EXPECT_THAT(unreadable.err, HasSubstr("--tls-ca: expected a file that can be read"));
  for (const auto& [name, code] : system_->Stop(SIGTERM)) EXPECT_EQ(code, 0) << name;
  // Behind our own services it is they who say for whom they ask; else the certificate does.
  EXPECT_THAT(ReadFile(audit_log_),
              HasSubstr(GetParam() == Shape::kOneProcess ? ",operator" : "\"actor\":\"cli\""));
}

INSTANTIATE_TEST_SUITE_P(Shapes, TlsSystemTest,
                         testing::Values(Shape::kOneProcess, Shape::kFiveProcesses),
                         [](const testing::TestParamInfo<Shape>& info) {
                           return info.param == Shape::kOneProcess ? "OneProcess" : "FiveProcesses";
                         });

}  // namespace
}  // namespace throughline::e2e
