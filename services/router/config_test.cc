#include "services/router/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_replace.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::router {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSmall[] = R"(providers:
  engine:
    type: builtin
models:
  - name: fast
    provider: engine
    id: extractive-fast
    price: {input: 0.0375, output: 0.3}
    timeout: 1500ms
tasks:
  analyze_call:
    cascade: [fast]
    threshold: 0.8
)";

// What becomes of kSmall with one piece of it replaced.
absl::Status ErrorAfter(const char* piece, const char* replacement) {
  const std::string yaml = absl::StrReplaceAll(kSmall, {{piece, replacement}});
  EXPECT_NE(yaml, kSmall) << piece;
  return ParseConfig(yaml, "router.yaml").status();
}

TEST(Config, IsReadWithDefaults) {
  ASSERT_OK_AND_ASSIGN(const RouterConfig config, ParseConfig(kSmall, "router.yaml"));
  const Model& fast = *config.policy.FindModel("fast");
  EXPECT_EQ(fast.price.input, 37'500'000);
  EXPECT_EQ(fast.price.cached_input, std::nullopt);
  EXPECT_EQ(fast.timeout, absl::Milliseconds(1500));
  EXPECT_FALSE(fast.can_repair);
  const Cascade& analyze = config.policy.CascadeOf(TaskKind::kAnalyzeCall);
  EXPECT_THAT(analyze.models, ElementsAre("fast"));
  EXPECT_DOUBLE_EQ(analyze.threshold, 0.8);
  const Cascade& general = config.policy.CascadeOf(TaskKind::kGeneral);
  EXPECT_THAT(general.models, IsEmpty());
  EXPECT_DOUBLE_EQ(general.threshold, kDefaultThreshold);
}

TEST(Config, TheVersionFollowsTheText) {
  ASSERT_OK_AND_ASSIGN(const RouterConfig one, ParseConfig(kSmall, "a"));
  ASSERT_OK_AND_ASSIGN(const RouterConfig same, ParseConfig(kSmall, "b"));
  ASSERT_OK_AND_ASSIGN(const RouterConfig other,
                       ParseConfig(absl::StrReplaceAll(kSmall, {{"0.8", "0.9"}}), "a"));
  EXPECT_EQ(one.policy.version, same.policy.version);
  EXPECT_NE(one.policy.version, other.policy.version);
}

TEST(Config, TheBuiltInOneAnswersTheCallTasks) {
  ASSERT_OK_AND_ASSIGN(const RouterConfig config, ParseConfig(DefaultConfigYaml(), "built-in"));
  for (const TaskKind task :
       {TaskKind::kAnalyzeCall, TaskKind::kExtractFacts, TaskKind::kWriteEmail}) {
    EXPECT_THAT(config.policy.CascadeOf(task).models,
                ElementsAre("builtin/extractive-fast", "builtin/extractive-deep"));
    EXPECT_DOUBLE_EQ(config.policy.CascadeOf(task).threshold, 0.72);
  }
  EXPECT_THAT(config.policy.CascadeOf(TaskKind::kGeneral).models, IsEmpty());
}

TEST(Config, ErrorsNameThePlaceTheKeyAndWhatWasExpected) {
  const auto is = [](absl::string_view place, absl::string_view what) {
    return StatusIs(absl::StatusCode::kInvalidArgument,
                    ::testing::AllOf(HasSubstr(std::string(place)), HasSubstr(std::string(what))));
  };
  EXPECT_THAT(ErrorAfter("threshold:", "treshold:"),
              is("router.yaml:13:5: treshold", "cascade, threshold"));
  EXPECT_THAT(ErrorAfter("0.8", "1.2"), is("router.yaml:13:16: threshold", "0 to 1"));
  EXPECT_THAT(ErrorAfter("0.8", "nan"), is("threshold", "0 to 1"));
  EXPECT_THAT(ErrorAfter("0.8", "[1]"), is("threshold", "number"));
  EXPECT_THAT(ErrorAfter("0.0375", "-1"), is("router.yaml:8:20: price.input", "0 or more"));
  EXPECT_THAT(ErrorAfter("1500ms", "soon"), is("router.yaml:9:14: timeout", "30s"));
  EXPECT_THAT(ErrorAfter("provider: engine", "provider: motor"),
              is("router.yaml:6:15: provider", "providers"));
  EXPECT_THAT(ErrorAfter("type: builtin", "type: carrier-pigeon"),
              is("router.yaml:3:11: providers.engine.type", "builtin, openai or anthropic"));
  EXPECT_THAT(ErrorAfter("type: builtin", "type: openai\n    base_url: ftp://x"),
              is("router.yaml:4:15: providers.engine.base_url", "https://"));
  EXPECT_THAT(ErrorAfter("extractive-fast", "extractive-quick"), is("7:9: id", "extractive-deep"));
  EXPECT_THAT(ErrorAfter("[fast]", "[fast, slow]"), is("12:21", "names listed under models"));
  EXPECT_THAT(ErrorAfter("[fast]", "[fast, fast]"), is("12:21", "each model once"));
  EXPECT_THAT(ErrorAfter("[fast]", "[]"), is("12:14", "list of model names"));
  EXPECT_THAT(ErrorAfter("analyze_call", "general"), is("cascade", "read calls only"));
  EXPECT_THAT(ErrorAfter("analyze_call", "analyse"), is("router.yaml:11:3: analyse", "general"));
  EXPECT_THAT(ErrorAfter("threshold: 0.8", "max_attempts: 0"), is("max_attempts", "1 to 10"));
  EXPECT_THAT(ErrorAfter("[fast]", "[fast"), is("router.yaml:13", "YAML"));
}

TEST(Config, WhatIsNoConfigurationIsRefused) {
  for (const char* text : {"", "hello", "[]", "providers: {}", "models: []"}) {
    EXPECT_THAT(ParseConfig(text, "x"), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(Config, TheExamplesOfTheRepositoryAreValid) {
  const char* source = std::getenv("THROUGHLINE_SOURCE_DIR");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(source == nullptr ? "." : source) / "deploy/config")) {
    if (entry.path().filename().string().rfind("router", 0) != 0) continue;
    EXPECT_OK(LoadConfig(entry.path().string()).status());
    ++files;
  }
  EXPECT_GE(files, 2);
}

TEST(Config, FilesAreReadOrNamedInTheError) {
  TempDirectory directory;
  EXPECT_OK(LoadConfig(directory.Write("router.yaml", kSmall)));
  EXPECT_THAT(LoadConfig(directory.File("none.yaml")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.yaml")));
  EXPECT_FALSE(LoadConfig(directory.path()).ok());
}

}  // namespace
}  // namespace throughline::router
