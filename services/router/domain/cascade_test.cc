#include "services/router/domain/cascade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/errors.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "services/router/domain/testing.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kQuestion[] = "What is the capital of France?";
constexpr char kGood[] = "The capital of France is Paris.";
constexpr char kRefusal[] = "I'm sorry, but I can't help with that.";

// Three models, each ten times as dear as the one before.
class CascadeTest : public ::testing::Test {
 protected:
  CascadeTest() {
    int64_t dollars = 1;
    for (const char* name : {"small", "medium", "large"}) {
      policy_.models.push_back(
          {.name = name,
           .provider = "fake",
           .price = {.input = dollars * 1'000'000'000, .output = dollars * 2'000'000'000},
           .max_output_tokens = 1000});
      dollars *= 10;
    }
    for (const TaskKind task : kAllTasks) {
      policy_.cascades[task] = {.models = {"small", "medium", "large"}, .max_attempts = 5};
    }
    policy_.version = "v1";
    providers_["fake"] = &provider_;
    for (const char* name : {"small", "medium", "large"}) provider_.Answers(name, {Reply(kGood)});
  }

  CascadeResult Run(const Request& request) {
    return Wait(CascadeRunner(policy_, providers_, judge_).Run(context_, request));
  }
  CascadeResult Run() { return Run(GeneralRequest(kQuestion)); }

  FakeClock clock_;
  Context context_{{.clock = &clock_}};
  ScriptedProvider provider_;
  Policy policy_;
  Providers providers_;
  Judge judge_;
};

TEST_F(CascadeTest, AGoodDraftIsAcceptedAndNobodyElseIsAsked) {
  const CascadeResult result = Run();
  ASSERT_OK(result.status);
  EXPECT_EQ(result.answer.text, kGood);
  const Decision& decision = result.answer.decision;
  EXPECT_EQ(decision.outcome, DecisionOutcome::kAccepted);
  EXPECT_EQ(decision.reason, DecisionReason::kChecksPassed);
  EXPECT_EQ(decision.from_model, "small");
  EXPECT_EQ(decision.to_model, "small");
  EXPECT_GE(decision.draft_score, decision.threshold);
  EXPECT_EQ(decision.policy_version, "v1");
  EXPECT_THAT(provider_.calls, SizeIs(1));
}

TEST_F(CascadeTest, DraftsThatOnlyTookTimeOfLateAreSkippedUnlessTheCascadeSaysNo) {
  const Request request = GeneralRequest(kQuestion);
  Decision rejected{.task = request.task, .outcome = DecisionOutcome::kEscalated};
  rejected.attempts = {{.role = AttemptRole::kDraft, .latency = absl::Milliseconds(10)},
                       {.role = AttemptRole::kEscalation, .latency = absl::Milliseconds(30)}};
  RecentDrafts drafts;
  for (size_t i = 0; i < RecentDrafts::kFewest; ++i) drafts.Observe(request, rejected);
  const RoutingServices services{.drafts = &drafts};
  const auto run = [&] {
    return Wait(CascadeRunner(policy_, providers_, judge_, services).Run(context_, request));
  };
  EXPECT_EQ(run().answer.decision.reason, DecisionReason::kDraftUnprofitable);
  ASSERT_THAT(provider_.calls, SizeIs(1));
  EXPECT_EQ(provider_.calls[0].model, "large");
  policy_.cascades[request.task].skip_losing_drafts = false;
  EXPECT_EQ(run().answer.decision.to_model, "small");
}

TEST_F(CascadeTest, CostAndBaselineAreExact) {
  const Decision decision = Run().answer.decision;
  // 100 tokens in at $1 and 50 out at $2 per million; the strongest costs a hundred times that.
  EXPECT_EQ(decision.cost.nano_usd, 200'000);
  EXPECT_EQ(decision.baseline_cost.nano_usd, 20'000'000);
  EXPECT_FALSE(decision.cost.unpriced);
}

TEST_F(CascadeTest, ARejectedDraftIsRepairedOnceThenEscalatedWithItsReason) {
  provider_.Answers("small", {Reply(kRefusal)});
  const CascadeResult result = Run();
  ASSERT_OK(result.status);
  const Decision& decision = result.answer.decision;
  EXPECT_EQ(decision.outcome, DecisionOutcome::kEscalated);
  EXPECT_EQ(decision.reason, DecisionReason::kRefusal);
  EXPECT_EQ(decision.to_model, "medium");
  ASSERT_THAT(decision.attempts, SizeIs(3));
  EXPECT_EQ(decision.attempts[1].role, AttemptRole::kRepair);
  EXPECT_EQ(decision.attempts[2].role, AttemptRole::kEscalation);
  EXPECT_THAT(provider_.calls[1].repair_note, HasSubstr("declined"));
  // Rejected calls are paid for: 2 × 200,000 + 2,000,000.
  EXPECT_EQ(decision.cost.nano_usd, 2'400'000);
}

TEST_F(CascadeTest, ARepairThatWorksIsUsed) {
  provider_.Answers("small", {Reply(kRefusal), Reply(kGood)});
  const CascadeResult result = Run();
  ASSERT_OK(result.status);
  EXPECT_EQ(result.answer.decision.outcome, DecisionOutcome::kRepaired);
  EXPECT_EQ(result.answer.decision.reason, DecisionReason::kRefusal);
  EXPECT_EQ(result.answer.decision.to_model, "small");
}

TEST_F(CascadeTest, AnAnswerCutByTheLimitGetsTwiceTheTokens) {
  ModelReply cut = Reply("The capital of");
  cut.finish = FinishReason::kLength;
  provider_.Answers("small", {cut, Reply(kGood)});
  ASSERT_OK(Run().status);
  EXPECT_EQ(provider_.calls[0].max_output_tokens, 1000);
  EXPECT_EQ(provider_.calls[1].max_output_tokens, 2000);
}

TEST_F(CascadeTest, AModelThatCannotRepairIsAskedOnce) {
  policy_.models[0].can_repair = false;
  provider_.Answers("small", {Reply(kRefusal)});
  const CascadeResult result = Run();
  EXPECT_THAT(result.answer.decision.attempts, SizeIs(2));
}

TEST_F(CascadeTest, AFailingProviderIsPassedOver) {
  provider_.Answers("small", {absl::UnavailableError("connection refused")});
  const CascadeResult result = Run();
  ASSERT_OK(result.status);
  EXPECT_EQ(result.answer.decision.outcome, DecisionOutcome::kEscalated);
  EXPECT_EQ(result.answer.decision.reason, DecisionReason::kProviderError);
  EXPECT_EQ(result.answer.decision.attempts[0].outcome, AttemptOutcome::kError);
}

TEST_F(CascadeTest, WhenAllAreRejectedThereIsAnErrorAndNoAnswer) {
  for (const char* name : {"small", "medium", "large"}) {
    policy_.models[0].can_repair = policy_.models[1].can_repair = policy_.models[2].can_repair =
        false;
    provider_.Answers(name, {Reply(kRefusal)});
  }
  const CascadeResult result = Run();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("large")));
  EXPECT_EQ(Reason(result.status), "NO_ACCEPTABLE_ANSWER");
  EXPECT_THAT(result.answer.text, IsEmpty());
  EXPECT_EQ(result.answer.decision.outcome, DecisionOutcome::kFailed);
  EXPECT_THAT(result.answer.decision.to_model, IsEmpty());
  EXPECT_EQ(result.answer.decision.cost.nano_usd, 200'000 + 2'000'000 + 20'000'000);
}

TEST_F(CascadeTest, WhenTheStrongestFailsToAnswerTheRejectedDraftIsNotReturned) {
  for (Model& model : policy_.models) model.can_repair = false;
  provider_.Answers("small", {Reply(kRefusal)});
  provider_.Answers("medium", {Reply(kRefusal)});
  provider_.Answers("large", {absl::UnavailableError("down")});
  const CascadeResult result = Run();
  EXPECT_THAT(result.status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("down")));
  EXPECT_THAT(result.answer.text, IsEmpty());
}

TEST_F(CascadeTest, TheStrongestAnswerThatOnlyFallsShortOfTheScoreIsUsedAndSaysSo) {
  policy_.cascades[TaskKind::kGeneral] = {.models = {"large"}, .threshold = 0.999};
  const CascadeResult result = Run();
  ASSERT_OK(result.status);
  EXPECT_EQ(result.answer.decision.outcome, DecisionOutcome::kAccepted);
  EXPECT_EQ(result.answer.decision.reason, DecisionReason::kLowScore);
  EXPECT_THAT(provider_.calls, SizeIs(1));
}

TEST_F(CascadeTest, WithOneAttemptLeftTheStrongestIsAsked) {
  for (Model& model : policy_.models) model.can_repair = false;
  policy_.cascades[TaskKind::kGeneral].max_attempts = 2;
  provider_.Answers("small", {Reply(kRefusal)});
  const CascadeResult result = Run();
  ASSERT_OK(result.status);
  EXPECT_EQ(result.answer.decision.to_model, "large");
}

TEST_F(CascadeTest, AnOpenBreakerSkipsTheDraft) {
  provider_.SetBreaker("small", BreakerState::kOpen);
  const CascadeResult result = Run();
  ASSERT_OK(result.status);
  EXPECT_EQ(result.answer.decision.outcome, DecisionOutcome::kDirect);
  EXPECT_EQ(result.answer.decision.reason, DecisionReason::kBreakerOpen);
  EXPECT_EQ(result.answer.decision.from_model, "small");
  EXPECT_EQ(result.answer.decision.to_model, "medium");
}

TEST_F(CascadeTest, APromptThatLooksTooHardGoesToTheStrongest) {
  policy_.cascades[TaskKind::kGeneral].direct_difficulty = 0.01;
  const CascadeResult result = Run();
  EXPECT_EQ(result.answer.decision.outcome, DecisionOutcome::kDirect);
  EXPECT_EQ(result.answer.decision.reason, DecisionReason::kPredictedHard);
  EXPECT_EQ(result.answer.decision.to_model, "large");
}

TEST_F(CascadeTest, ARequestedModelIsAskedAlone) {
  Request request = GeneralRequest(kQuestion);
  request.model = "medium";
  const CascadeResult result = Run(request);
  ASSERT_OK(result.status);
  EXPECT_EQ(result.answer.decision.reason, DecisionReason::kModelRequested);
  EXPECT_EQ(result.answer.decision.to_model, "medium");
  EXPECT_EQ(result.answer.decision.baseline_cost.nano_usd, result.answer.decision.cost.nano_usd)
      << "nothing was saved";

  request.model = "no-such-model";
  EXPECT_THAT(Run(request).status, StatusIs(absl::StatusCode::kNotFound, HasSubstr("ListModels")));
}

TEST_F(CascadeTest, ABudgetThatDoesNotCoverTheNextModelEndsTheRequest) {
  provider_.Answers("small", {Reply(kRefusal)});
  policy_.models[0].can_repair = false;
  Request request = GeneralRequest(kQuestion);
  request.max_cost_nano_usd = 3'000'000;  // covers small's 1,000 tokens, not medium's
  const CascadeResult result = Run(request);
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("max_cost_nano_usd")));
  EXPECT_EQ(result.answer.decision.reason, DecisionReason::kBudgetExhausted);
  EXPECT_THAT(result.answer.decision.attempts, SizeIs(1));
}

TEST_F(CascadeTest, AnUnknownPriceIsNeverTakenForZero) {
  policy_.models[0].price = {};
  EXPECT_TRUE(Run().answer.decision.cost.unpriced);
  Request request = GeneralRequest(kQuestion);
  request.max_cost_nano_usd = 1'000'000'000;
  EXPECT_THAT(Run(request).status, StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(CascadeTest, TheDeadlineStopsTheClimb) {
  context_ = Context({.deadline = clock_.SteadyNow() + absl::Seconds(1), .clock = &clock_});
  for (Model& model : policy_.models) model.can_repair = false;
  provider_.Answers("small", {Reply(kRefusal)});
  provider_.OnAsk([&] { clock_.Advance(absl::Seconds(2)); });
  const CascadeResult result = Run();
  EXPECT_FALSE(result.status.ok());
  EXPECT_THAT(result.answer.decision.attempts, SizeIs(1));
  EXPECT_EQ(result.answer.decision.outcome, DecisionOutcome::kFailed);
}

TEST_F(CascadeTest, OverheadIsLatencyWithoutTheProviders) {
  provider_.OnAsk([&] { clock_.Advance(absl::Milliseconds(700)); });
  const Decision decision = Run().answer.decision;
  EXPECT_EQ(decision.latency, absl::Milliseconds(700));
  EXPECT_EQ(decision.overhead, absl::ZeroDuration());
  EXPECT_EQ(decision.attempts[0].latency, absl::Milliseconds(700));
}

TEST_F(CascadeTest, ATaskWithoutAModelSaysWhatToAdd) {
  policy_.cascades[TaskKind::kGeneral].models.clear();
  const CascadeResult result = Run();
  EXPECT_THAT(result.status,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("tasks.general.cascade")));
}

}  // namespace
}  // namespace throughline::router
