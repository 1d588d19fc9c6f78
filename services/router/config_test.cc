#include "services/router/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::router {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::CivilDay kToday(2026, 11, 21);

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
  EXPECT_THAT(config.policy.CascadeOf(TaskKind::kAnalyzeCall).models,
              ElementsAre("builtin/extractive-fast", "builtin/extractive-deep"));
  EXPECT_DOUBLE_EQ(config.policy.CascadeOf(TaskKind::kAnalyzeCall).threshold, 0.72);
  for (const TaskKind task : {TaskKind::kExtractFacts, TaskKind::kWriteEmail}) {
    EXPECT_THAT(config.policy.CascadeOf(task).models,
                ElementsAre("builtin/extractive-deep", "builtin/extractive-fast"));
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

TEST(Config, AProviderMayBeKeptFromPersonalData) {
  const auto with = [](const std::string& redact) {
    return ParseConfig(
        absl::StrCat("providers:\n  far: {type: openai, base_url: \"https://x/v1\", ", redact,
                     "}\nmodels:\n  - {name: m, provider: far}\n"
                     "tasks:\n  general: {cascade: [m]}\n"),
        "router.yaml");
  };
  ASSERT_OK_AND_ASSIGN(const RouterConfig config, with("redact: [email, iban]"));
  EXPECT_THAT(config.providers.at("far").redact,
              ElementsAre(PersonalData::kEmail, PersonalData::kIban));
  EXPECT_THAT(with("redact: [name]").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("redact: expected email, phone, card or iban, got name")));
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
    EXPECT_OK(LoadConfig(entry.path().string(), kToday).status()) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 2);
}

TEST(Config, FilesAreReadOrNamedInTheError) {
  TempDirectory directory;
  EXPECT_OK(LoadConfig(directory.Write("router.yaml", kSmall), kToday));
  EXPECT_THAT(LoadConfig(directory.File("none.yaml"), kToday),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none.yaml")));
  EXPECT_FALSE(LoadConfig(directory.path(), kToday).ok());
}

TEST(Config, PricesComeFromADatedTable) {
  TempDirectory directory;
  directory.Write("prices.yaml", R"(prices:
  - {model: fast, from: 2026-01-01, looked_up: 2026-01-02, source: old list,
     price: {input: 1, output: 2}}
  - {model: fast, from: 2026-11-01, looked_up: 2026-11-02, source: new list,
     price: {input: 3, output: 4}}
  - {model: fast, from: 2027-01-01, looked_up: 2026-11-02, source: announced,
     price: {input: 5, output: 6}}
)");
  const std::string yaml = absl::StrCat(
      "price_table: prices.yaml\n",
      absl::StrReplaceAll(kSmall, {{"    price: {input: 0.0375, output: 0.3}\n", ""}}));
  const std::string path = directory.Write("router.yaml", yaml);
  ASSERT_OK_AND_ASSIGN(const RouterConfig config, LoadConfig(path, kToday));
  const Model& fast = *config.policy.FindModel("fast");
  EXPECT_EQ(fast.price.input, 3'000'000'000);
  EXPECT_EQ(fast.price_source, "new list");
  EXPECT_EQ(fast.price_as_of, "2026-11-02");
  EXPECT_EQ(config.files.size(), 2u);
  // Nobody knows what it cost before the first price: unpriced, not free.
  ASSERT_OK_AND_ASSIGN(const RouterConfig before, LoadConfig(path, absl::CivilDay(2025, 12, 31)));
  EXPECT_EQ(before.policy.FindModel("fast")->price.input, std::nullopt);
  directory.Write("prices.yaml", "prices:\n  - {model: fast, from: soon}\n");
  EXPECT_THAT(LoadConfig(path, kToday).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("prices.yaml:2:25: from")));
}

// What becomes of kSmall with a section added.
absl::StatusOr<RouterConfig> With(absl::string_view section) {
  return ParseConfig(absl::StrCat(kSmall, section), "router.yaml");
}

TEST(Config, WhatAProviderIsLikeIsReadAndChecked) {
  constexpr char kRemote[] = R"(providers:
  far:
    type: openai
    base_url: https://models.example/v1
    flavor: vllm
    api_key_env: [KEY_A, KEY_B]
models:
  - name: m
    provider: far
    reasoning_tokens: 4096
    reasoning_effort: low
    context_tokens: 32768
    timeout: 30s
    hedge_after: 4s
    capabilities: [json, tools]
    limits: {max_concurrent: 8, requests_per_minute: 60, tokens_per_minute: 9000, max_queued: 3}
tasks:
  general: {cascade: [m]}
)";
  ASSERT_OK_AND_ASSIGN(const RouterConfig config, ParseConfig(kRemote, "r.yaml"));
  EXPECT_EQ(config.providers.at("far").flavor, "vllm");
  EXPECT_THAT(config.providers.at("far").api_key_env, ElementsAre("KEY_A", "KEY_B"));
  const Model& model = *config.policy.FindModel("m");
  EXPECT_EQ(model.reasoning_tokens, 4096);
  EXPECT_EQ(model.reasoning_effort, "low");
  EXPECT_EQ(model.context_tokens, 32768);
  EXPECT_EQ(model.hedge_after, absl::Seconds(4));
  EXPECT_THAT(model.capabilities, ElementsAre(Capability::kJson, Capability::kTools));
  EXPECT_EQ(model.limits.max_concurrent, 8);
  EXPECT_EQ(model.limits.requests_per_minute, 60);
  EXPECT_EQ(model.limits.tokens_per_minute, 9000);
  EXPECT_EQ(model.limits.max_queued, 3);
  const auto error = [&](const char* piece, const char* replacement) {
    const std::string yaml = absl::StrReplaceAll(kRemote, {{piece, replacement}});
    EXPECT_NE(yaml, kRemote) << piece;
    return std::string(ParseConfig(yaml, "r.yaml").status().message());
  };
  EXPECT_THAT(error("vllm", "vlm"), HasSubstr("r.yaml:5:13: flavor: expected"));
  EXPECT_THAT(error("max_concurrent: 8", "max_concurrent: -8"), HasSubstr("limits.max_concurrent"));
  EXPECT_THAT(error("max_queued: 3", "most_queued: 3"), HasSubstr("most_queued"));
  EXPECT_THAT(error("hedge_after: 4s", "hedge_after: later"), HasSubstr("hedge_after"));
  EXPECT_THAT(error("[json, tools]", "[juggling]"), HasSubstr("capabilities"));
  EXPECT_THAT(error("context_tokens: 32768", "context_tokens: many"), HasSubstr("context_tokens"));
}

TEST(Config, BudgetsAreReadAndChecked) {
  ASSERT_OK_AND_ASSIGN(const RouterConfig config, With(R"(budgets:
  - {name: daily, scope: tenant, limit_usd: 12.5}
  - {name: calls, scope: call, window: forever, limit_requests: 20, subject: call-7}
)"));
  ASSERT_EQ(config.policy.budgets.size(), 2u);
  EXPECT_EQ(config.policy.budgets[0].limit_nano_usd, 12'500'000'000);
  EXPECT_EQ(config.policy.budgets[0].window, BudgetWindow::kDay);
  EXPECT_EQ(config.policy.budgets[1].scope, BudgetScope::kCall);
  EXPECT_EQ(config.policy.budgets[1].limit_requests, 20);
  const auto error = [](absl::string_view entry) {
    return std::string(With(absl::StrCat("budgets:\n  - ", entry, "\n")).status().message());
  };
  EXPECT_THAT(error("{name: a, scope: tenant, limit_usd: 0}"),
              HasSubstr("15:41: limit_usd: expected US dollars above 0"));
  EXPECT_THAT(error("{name: a, scope: tenant, limit_usd: -1}"), HasSubstr("limit_usd"));
  EXPECT_THAT(error("{name: a, scope: world, limit_usd: 1}"),
              HasSubstr("tenant, customer or call"));
  EXPECT_THAT(error("{name: a, scope: tenant}"), HasSubstr("limit_usd or limit_requests"));
  EXPECT_THAT(error("{name: a, scope: tenant, limit_usd: 1, window: year}"), HasSubstr("month"));
}

TEST(Config, CalibratedThresholdsHaveAVersionAndOnePlace) {
  ASSERT_OK_AND_ASSIGN(const RouterConfig config,
                       With("thresholds:\n  version: cal-1\n  general: {threshold: 0.66, "
                            "error_bound: 0.031, samples: 96}\n"));
  EXPECT_DOUBLE_EQ(config.policy.CascadeOf(TaskKind::kGeneral).threshold, 0.66);
  EXPECT_EQ(config.policy.thresholds_version, "cal-1");
  EXPECT_THAT(With("thresholds: {version: v, analyze_call: {threshold: 0.5}}\n").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not both")));
  EXPECT_THAT(With("thresholds: {general: {threshold: 0.5}}\n").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("thresholds.version")));
}

TEST(Config, HabitsOfATaskAreRead) {
  ASSERT_OK_AND_ASSIGN(
      const RouterConfig config,
      ParseConfig(absl::StrReplaceAll(
                      kSmall, {{"threshold: 0.8",
                                "shadow_share: 0.05\n    cache: 10m\n    "
                                "skip_losing_drafts: false"},
                               {"    timeout", "    capabilities: [json, tools]\n    timeout"}}),
                  "router.yaml"));
  const Cascade& analyze = config.policy.CascadeOf(TaskKind::kAnalyzeCall);
  EXPECT_DOUBLE_EQ(analyze.shadow_share, 0.05);
  EXPECT_EQ(analyze.cache_ttl, absl::Minutes(10));
  EXPECT_FALSE(analyze.skip_losing_drafts);
  EXPECT_EQ(config.policy.FindModel("fast")->capabilities.size(), 2u);
  EXPECT_THAT(ErrorAfter("timeout: 1500ms", "capabilities: [flying]"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("json or tools")));
}

}  // namespace
}  // namespace throughline::router
