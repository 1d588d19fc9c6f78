#include "services/router/domain/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/base/errors.h"
#include "common/testing/status_matchers.h"
#include "services/router/domain/testing.h"

namespace throughline::router {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "small" at a tenth of the price of "large", which reads ten times as much.
Policy TwoModels() {
  Policy policy;
  const Price cheap{.input = 100, .cached_input = {}, .output = 1000};
  const Price dear{.input = 1000, .cached_input = {}, .output = 10'000};
  policy.models = {{.name = "small",
                    .provider = "fake",
                    .price = cheap,
                    .max_output_tokens = 1'000'000,
                    .context_tokens = 1000},
                   {.name = "large",
                    .provider = "fake",
                    .price = dear,
                    .max_output_tokens = 1'000'000,
                    .context_tokens = 10'000}};
  policy.models[1].capabilities.push_back(Capability::kTools);
  for (const TaskKind task : kAllTasks) policy.cascades[task] = {};
  policy.cascades[TaskKind::kGeneral].models = {"small", "large"};
  policy.cascades[TaskKind::kGeneral].direct_difficulty = 0.8;
  return policy;
}

class PlannerTest : public ::testing::Test {
 protected:
  absl::StatusOr<Plan> Make(Outset outset = {.prompt_tokens = 10}) {
    return PlanModels(request_, policy_, {{"fake", &provider_}}, outset);
  }
  // The models planned, or the error's text; `reason_` gets why the first were passed over.
  std::vector<std::string> Names(Outset outset = {.prompt_tokens = 10}) {
    const absl::StatusOr<Plan> plan = Make(outset);
    if (!plan.ok()) return {std::string(plan.status().message())};
    reason_ = plan->passed_over;
    std::vector<std::string> names;
    for (const Model* model : plan->models) names.push_back(model->name);
    return names;
  }

  Policy policy_ = TwoModels();
  ScriptedProvider provider_;
  Request request_ = GeneralRequest("Hello");
  DecisionReason reason_ = DecisionReason::kUnspecified;
};

TEST_F(PlannerTest, DraftsFirstWhenNothingSpeaksAgainstIt) {
  EXPECT_THAT(Names(), ElementsAre("small", "large"));
  EXPECT_EQ(reason_, DecisionReason::kUnspecified);
}

TEST_F(PlannerTest, PassesOverWhatCannotDoTheWork) {
  request_.required_capabilities = {Capability::kTools};
  EXPECT_THAT(Names(), ElementsAre("large"));
  EXPECT_EQ(reason_, DecisionReason::kCapabilityMissing);
  EXPECT_THAT(Names({.prompt_tokens = 5000}), ElementsAre("large"));
  policy_.models[1].capabilities.clear();
  EXPECT_THAT(Make().status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("required_capabilities")));
}

TEST_F(PlannerTest, APromptLongerThanEveryContextIsTheCallersToShorten) {
  const absl::Status status = Make({.prompt_tokens = 10'000}).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("messages: expected at most 10000 tokens")));
  EXPECT_EQ(Reason(status), "CONTEXT_EXCEEDED");
}

TEST_F(PlannerTest, GoesStraightToTheStrongestWhereADraftWouldBeWasted) {
  EXPECT_THAT(Names({.difficulty = 0.9, .prompt_tokens = 10}), ElementsAre("large"));
  EXPECT_EQ(reason_, DecisionReason::kPredictedHard);
  EXPECT_THAT(Names({.prompt_tokens = 10, .draft_loses = true}), ElementsAre("large"));
  EXPECT_EQ(reason_, DecisionReason::kDraftUnprofitable);
  EXPECT_THAT(Names({.prompt_tokens = 10, .draft_delays = true}), ElementsAre("large"));
  EXPECT_EQ(reason_, DecisionReason::kDraftUnprofitable);
  provider_.SetBreaker("small", BreakerState::kOpen);
  EXPECT_THAT(Names(), ElementsAre("large"));
  EXPECT_EQ(reason_, DecisionReason::kBreakerOpen);
}

TEST_F(PlannerTest, ABudgetForOneOfTheTwoBuysTheStrongest) {
  request_.max_cost_nano_usd = 10'500;  // small costs up to 1,000, large 10,000
  EXPECT_THAT(Names(), ElementsAre("large"));
  EXPECT_EQ(reason_, DecisionReason::kBudgetExhausted);
  request_.max_cost_nano_usd = 2000;  // the draft is all there is money for
  EXPECT_THAT(Names(), ElementsAre("small", "large"));
}

TEST_F(PlannerTest, ARequestedModelMustFitToo) {
  request_.model = "small";
  EXPECT_THAT(Names(), ElementsAre("small"));
  EXPECT_EQ(reason_, DecisionReason::kModelRequested);
  EXPECT_THAT(Make({.prompt_tokens = 5000}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("messages")));
}

}  // namespace
}  // namespace throughline::router
