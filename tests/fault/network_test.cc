// The wire between services, and the providers behind the router, fail and lie.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "services/fault_proxy/control.h"
#include "tests/fault/cluster.h"
#include "tests/fault/load.h"

namespace throughline::fault {
namespace {

constexpr absl::Duration kFaultLasts = absl::Milliseconds(700);

TEST(WireTest, ABrokenWireToMemoryLosesNothing) {
  auto started = Cluster::Start({.proxy = true});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started, {});
  ASSERT_OK(load.status());
  for (const char* fault : {"cut", "blackhole", "delay 50ms", "refuse", "throttle 200000"}) {
    ASSERT_OK(fault_proxy::Obey(*(*started)->proxy(), fault).status());
    absl::SleepFor(kFaultLasts);
    ASSERT_OK(fault_proxy::Obey(*(*started)->proxy(), "heal").status());
    ASSERT_OK(AwaitRecovery(**started, absl::StrCat("wire: ", fault)).status());
  }
  (*load)->Finish(**started);
}

// Turned bits reach memory and the orchestrator as broken frames. Nobody falls, and the next clean
// connection serves.
TEST(CorruptWireTest, ACorruptWireBringsNobodyDown) {
  auto started = Cluster::Start({.proxy = true});
  ASSERT_OK(started.status());
  for (const char* fault : {"corrupt 50", "corrupt 7", "corrupt 1"}) {
    ASSERT_OK(fault_proxy::Obey(*(*started)->proxy(), fault).status());
    ASSERT_OK(fault_proxy::Obey(*(*started)->proxy(), "cut").status());
    absl::SleepFor(kFaultLasts);
    EXPECT_TRUE((*started)->AllRun()) << (*started)->Logs();
  }
  ASSERT_OK(fault_proxy::Obey(*(*started)->proxy(), "heal").status());
  ASSERT_OK(fault_proxy::Obey(*(*started)->proxy(), "cut").status());
  ASSERT_OK(AwaitRecovery(**started, "wire: corrupt").status());
  auto load = Load::Start(**started, {});
  ASSERT_OK(load.status());
  absl::SleepFor(kFaultLasts);
  EXPECT_EQ((*load)->Finish(**started)["errors"], 0);
}

// A provider that is slow, breaks off, answers with errors and makes things up: the built-in engine
// answers instead, every try is on the bill, and nothing made up is stored.
TEST(ProviderFaultTest, ASlowAndLyingProviderCostsMoneyAndNothingElse) {
  HttpImposter provider;
  const std::string lie =
      R"({"choices":[{"message":{"content":"{\"facts\":[{\"text\":\"They agreed to pay 1 million.\",)"
      R"(\"evidence\":[{\"quote\":\"we agree to one million\"}]}]}"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":100,"completion_tokens":20}})";
  provider.Say({{.status = 200, .body = lie},
                {.status = 200, .body = lie, .delay = std::chrono::milliseconds(300)},
                {.status = 200, .body = "not json at all"},
                {.status = 500, .body = "{}"},
                {.status = 200, .body = lie, .missing_bytes = 100},
                {.status = 429, .headers = {"Retry-After: 1"}, .body = "{}"},
                {.status = 200, .body = R"({"choices":[{"message":{"content":""}}]})"},
                {.status = 200, .body = lie}});
  const std::string config = absl::StrCat(
      "providers:\n  liar: {type: openai, base_url: \"", provider.url(),
      "/v1\"}\n  builtin: {type: builtin}\nmodels:\n"
      "  - {name: liar/model, provider: liar, price: {input: 1, output: 2}, timeout: 1s}\n"
      "  - {name: builtin/deep, provider: builtin, id: extractive-deep, price: {input: 0, "
      "cached_input: 0, output: 0}}\n"
      "tasks:\n  analyze_call: {cascade: [liar/model, builtin/deep]}\n"
      "  extract_facts: {cascade: [liar/model, builtin/deep]}\n"
      "  write_email: {cascade: [liar/model, builtin/deep]}\n");
  auto started = Cluster::Start({.shape = Cluster::Shape::kOneProcess, .router_config = config});
  ASSERT_OK(started.status());
  auto load = Load::Start(**started, {.rate_per_second = 8});
  ASSERT_OK(load.status());
  absl::SleepFor(3 * kFaultLasts);
  (*load)->Finish(**started);
  EXPECT_FALSE(provider.seen().empty());
}

}  // namespace
}  // namespace throughline::fault
