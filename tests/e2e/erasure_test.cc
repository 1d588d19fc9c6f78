// What a company does when a customer asks to be forgotten.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/http_client.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ErasureTest : public testing::TestWithParam<Shape> {
 protected:
  void SetUp() override {
    auto deployment = Deployment::Start({.shape = GetParam(), .data_dir = data_.path()});
    ASSERT_OK(deployment.status());
    system_ = *std::move(deployment);
  }
  json Run(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const Outcome outcome = system_->Run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }
  json Process(const std::string& customer, int number) {
    return Run({"process", CallFile(number), "--customer", customer, "--call-id",
                absl::StrCat("call-", number), "--date", absl::StrCat("2026-03-0", number)});
  }
  // The data files that hold these words.
  std::vector<std::string> FilesWith(const std::string& words) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data_.path())) {
      if (!entry.is_regular_file()) continue;
      if (absl::StrContains(ReadFile(entry.path()), words)) {
        found.push_back(entry.path().lexically_relative(data_.path()));
      }
    }
    return found;
  }

  TempDirectory data_;
  std::unique_ptr<Deployment> system_;
};

TEST_P(ErasureTest, ACustomerThatIsForgottenIsInNoFile) {
  for (int number = 1; number <= 3; ++number) Process("meridian", number);
  const std::string words = "Meridian";
  ASSERT_THAT(FilesWith(words), Not(IsEmpty()));
  const json receipt = Run({"forget", "meridian", "--yes"});
  EXPECT_EQ(receipt.value("calls", "0"), "3") << receipt;
  EXPECT_NE(receipt.value("facts", "0"), "0");
  EXPECT_THAT(FilesWith(words), IsEmpty());
  for (const char* command : {"deal", "profile"}) {
    EXPECT_NE(system_->Run({command, "--customer", "meridian"}).code, 0) << command;
  }
  EXPECT_THAT(system_->Run({"calls", "--customer", "meridian"}).out, Not(HasSubstr("call-1")));
  const Outcome again = system_->Run({"forget", "meridian", "--yes"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.err, HasSubstr("nothing is kept of customer \"meridian\""));
}

TEST_P(ErasureTest, ACallThatIsForgottenMayBeSentAgain) {
  // Said in the second call alone.
  const auto recalled = [&] {
    return system_->Run({"recall", "--customer", "meridian", "--query", "SOC 2 report"}).out;
  };
  Process("meridian", 1);
  Process("meridian", 2);
  EXPECT_THAT(recalled(), HasSubstr("we have a SOC 2 report"));
  EXPECT_EQ(Run({"forget", "meridian", "--call", "call-2", "--yes"})["calls"], "1");
  EXPECT_THAT(recalled(), Not(HasSubstr("we have a SOC 2 report")));
  EXPECT_THAT(system_->Run({"calls", "--customer", "meridian"}).out,
              AllOf(HasSubstr("call-1"), Not(HasSubstr("call-2"))));
  EXPECT_FALSE(Process("meridian", 2).value("replayed", false));
  EXPECT_THAT(recalled(), HasSubstr("we have a SOC 2 report"));
}

INSTANTIATE_TEST_SUITE_P(Shapes, ErasureTest,
                         testing::Values(Shape::kOneProcess, Shape::kFiveProcesses),
                         [](const auto& shape) {
                           return shape.param == Shape::kOneProcess ? "OneProcess"
                                                                    : "FiveProcesses";
                         });

}  // namespace
}  // namespace throughline::e2e
