// What an operator sees of records whose time is over.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"

namespace throughline::e2e {
namespace {

using testing::HasSubstr;

TEST(RetentionSystemTest, TheRulesSayWhatWouldGoBeforeAnythingGoes) {
  const TempDirectory directory;
  const std::string rules = directory.Write("retention.yaml",
                                            "retention:\n"
                                            "  tenants:\n"
                                            "    - tenant: default\n"
                                            "      calls_days: 30\n"
                                            "      texts_days: 30\n"
                                            "      decisions_days: 30\n");
  auto system = Deployment::Start({.serve_flags = {"--retention", rules}});
  ASSERT_OK(system.status());
  ASSERT_EQ((*system)
                ->Run({"process", CallFile(1), "--customer", "meridian", "--date", "2020-01-31"})
                .code,
            0);
  const Outcome shown = (*system)->Run({"retention", "--json"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  std::map<std::string, std::string> records;
  for (const nlohmann::json& row : shown.Json()) records[row["kind"]] = row["records"];
  EXPECT_EQ(records["calls"], "1") << "it took place years ago";
  EXPECT_EQ(records["decisions"], "0") << "they were made today";
  EXPECT_EQ(records.count("jobs"), 0u) << "no rule names them";
  EXPECT_THAT((*system)->Run({"retention"}).out, HasSubstr("30 days"));
}

TEST(RetentionSystemTest, AWrongFileIsRefusedAtTheStartWithItsLine) {
  const TempDirectory directory;
  const std::string rules = directory.Write(
      "retention.yaml", "retention:\n  tenants:\n    - tenant: default\n      calls_days: never\n");
  const auto system = Deployment::Start({.serve_flags = {"--retention", rules}});
  ASSERT_FALSE(system.ok());
  EXPECT_THAT(std::string(system.status().message()), HasSubstr("retention.yaml:4:19: calls_days"));
}

}  // namespace
}  // namespace throughline::e2e
