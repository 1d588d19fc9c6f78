// The built-in cascade on the project's own series of calls: every call gets an answer for each of
// the three call tasks, whatever memory already holds.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "common/transcript/parse.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "services/router/clients/builtin_provider.h"
#include "services/router/config.h"
#include "services/router/domain/router.h"
#include "services/router/domain/testing.h"
#include "throughline/deal/v1/deal.pb.h"

namespace throughline::router {
namespace {

namespace fs = std::filesystem;
namespace deal_v1 = throughline::deal::v1;

class NoObserver final : public DecisionObserver {
 public:
  void OnDecision(const Context&, const Decision&) override {}
  void OnBudgets(const Context&, const std::vector<BudgetState>&) override {}
  void OnBreaker(const std::string&, const std::string&, BreakerState) override {}
};

std::vector<fs::path> SortedEntries(const fs::path& directory) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(directory)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::vector<fs::path> AllSeries() {
  const char* source = std::getenv("THROUGHLINE_SOURCE_DIR");
  std::vector<fs::path> series =
      SortedEntries(fs::path(source == nullptr ? "." : source) / "tests/data/deals");
  std::erase_if(series, [](const fs::path& path) { return !fs::is_directory(path); });
  return series;
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok()) << json;
  return message;
}

class BuiltinCascade : public ::testing::TestWithParam<fs::path> {
 protected:
  BuiltinCascade()
      : router_(ParseConfig(DefaultConfigYaml(), "built-in")->policy, {{"builtin", &builtin_}},
                log_, observer_, {.new_id = [] { return std::string("dec"); }}) {}

  // The answer, whose text and message say the same.
  template <typename Message>
  Message Answer(const Request& request, const fs::path& file) {
    const absl::StatusOr<router::Answer> answer = router_.Complete(Context::Background(), request);
    EXPECT_OK(answer.status()) << file;
    if (!answer.ok()) return {};
    const auto* native = dynamic_cast<const BuiltinAnswer*>(answer->native.get());
    EXPECT_NE(native, nullptr) << file;
    if (native == nullptr) return {};
    Message message = std::get<Message>(native->message);
    EXPECT_EQ(FromJson<Message>(answer->text).SerializeAsString(), message.SerializeAsString())
        << file << ": " << answer->text;
    return message;
  }

  BuiltinProvider builtin_;
  MemoryDecisionLog log_;
  NoObserver observer_;
  Router router_;
};

// Takes a call's answers into what is known before the next.
void Remember(const deal::Analysis& analysis, std::vector<deal::Fact> facts,
              deal::DealState& known) {
  known.blockers = analysis.open_blockers;
  known.blockers.insert(known.blockers.end(), analysis.resolved_blockers.begin(),
                        analysis.resolved_blockers.end());
  known.stakeholders = analysis.stakeholders;
  known.stage = analysis.stage;
  known.facts.insert(known.facts.end(), facts.begin(), facts.end());
  ++known.version;
}

TEST_P(BuiltinCascade, AnswersEveryCallOfTheSeries) {
  deal::DealState known;
  absl::Time occurred_at = kCallTime;
  for (const fs::path& file : SortedEntries(GetParam())) {
    if (!absl::StartsWith(file.filename().string(), "call-")) continue;
    ASSERT_OK_AND_ASSIGN(transcript::Transcript call, transcript::Parse(ReadAll(file), {}));
    occurred_at = call.occurred_at.value_or(occurred_at + absl::Hours(24 * 7));
    call.occurred_at = occurred_at;
    const extractive::CallInput input{.transcript = call,
                                      .call_id = file.filename().string(),
                                      .occurred_at = occurred_at,
                                      .known = known};
    Request analyze{.task = TaskKind::kAnalyzeCall, .call = input};
    const auto analysis = wire::FromProto(Answer<deal_v1::Analysis>(analyze, file));
    Request extract{.task = TaskKind::kExtractFacts, .call = input};
    const auto facts = Answer<deal_v1::CallFacts>(extract, file);
    Request write{.task = TaskKind::kWriteEmail};
    write.email = extractive::EmailInput{.call = input, .analysis = analysis};
    Answer<deal_v1::Email>(write, file);
    if (analysis.is_sales_call) Remember(analysis, wire::CollectAll(facts.facts()), known);
  }
  EXPECT_FALSE(log_.decisions.empty());
}

INSTANTIATE_TEST_SUITE_P(Series, BuiltinCascade, ::testing::ValuesIn(AllSeries()),
                         [](const auto& info) {
                           std::string name = info.param.filename().string();
                           std::replace_if(
                               name.begin(), name.end(),
                               [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace throughline::router
