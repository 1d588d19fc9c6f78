#include "services/router/domain/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/errors.h"
#include "common/testing/status_matchers.h"
#include "services/router/domain/testing.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kGood[] = "The capital of France is Paris.";

class CountingObserver final : public DecisionObserver {
 public:
  void OnDecision(const Context&, const Decision&) override { ++seen; }
  void OnBudgets(const Context&, const std::vector<BudgetState>&) override {}
  void OnBreaker(const std::string&, const std::string&, BreakerState) override {}
  int seen = 0;
};

Policy TwoModels() {
  Policy policy;
  for (const char* name : {"small", "large"}) {
    policy.models.push_back({.name = name, .provider = "fake", .can_repair = false});
  }
  for (const TaskKind task : kAllTasks) policy.cascades[task] = {.models = {"small", "large"}};
  policy.cascades[TaskKind::kWriteEmail].models.clear();
  return policy;
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest()
      : router_(TwoModels(), {{"fake", &provider_}}, log_, observer_,
                {.new_id = [this] { return absl::StrCat("dec_", ++ids_); }}) {
    provider_.Answers("small", {Reply(kGood)});
    provider_.Answers("large", {Reply(kGood)});
    request_.idempotency_key = "key";
    request_.fingerprint = "f1";
  }

  ScriptedProvider provider_;
  MemoryDecisionLog log_;
  CountingObserver observer_;
  int ids_ = 0;
  Router router_;
  Request request_ = GeneralRequest("What is the capital of France?");
  const Context context_ = Context::Background();
};

TEST_F(RouterTest, TheSameKeyGivesTheSameAnswerAndIsBilledOnce) {
  ASSERT_OK_AND_ASSIGN(const Answer first, router_.Complete(context_, request_));
  ASSERT_OK_AND_ASSIGN(const Answer again, router_.Complete(context_, request_));
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.decision.id, first.decision.id);
  EXPECT_THAT(provider_.calls, SizeIs(1));
  EXPECT_THAT(log_.decisions, SizeIs(1));
  EXPECT_EQ(observer_.seen, 1);
}

TEST_F(RouterTest, AKeyUsedForAnotherRequestIsRefused) {
  ASSERT_OK(router_.Complete(context_, request_));
  request_.fingerprint = "f2";
  EXPECT_THAT(router_.Complete(context_, request_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("idempotency_key")));
}

TEST_F(RouterTest, ACallWithoutAPromptIsForModelsThatReadNone) {
  Request request = AnalyzeRequest();
  const absl::Status refused = router_.Complete(context_, request).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("messages")));
  EXPECT_EQ(Reason(refused), "PROMPT_NEEDED");
  EXPECT_THAT(provider_.calls, IsEmpty());
  EXPECT_THAT(log_.decisions, IsEmpty());
  for (const char* model : {"small", "large"}) provider_.Answers(model, {Reply("{}")});
  request.messages = {{.role = Role::kUser, .content = "Read the call."}};
  ASSERT_OK_AND_ASSIGN(const Answer read, router_.Complete(context_, request));
  EXPECT_FALSE(read.messages_unread);
  provider_.reads_messages = false;
  ASSERT_OK_AND_ASSIGN(const Answer unread, router_.Complete(context_, AnalyzeRequest()));
  EXPECT_TRUE(unread.messages_unread);
}

TEST_F(RouterTest, ARetryThatOvertakesItsOriginalWaitsForTheAnswer) {
  absl::Notification asked;
  absl::Notification go_on;
  provider_.OnAsk([&] {
    asked.Notify();
    go_on.WaitForNotification();
  });
  absl::StatusOr<Answer> first;
  std::thread original([&] { first = router_.Complete(context_, request_); });
  asked.WaitForNotification();
  absl::StatusOr<Answer> second;
  std::thread retry([&] { second = router_.Complete(context_, request_); });
  go_on.Notify();
  original.join();
  retry.join();
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_EQ(first->decision.id, second->decision.id);
  EXPECT_THAT(provider_.calls, SizeIs(1));
}

TEST_F(RouterTest, AFailedRequestIsOnRecordAndMayBeRepeatedUnderItsKey) {
  provider_.Answers("small", {absl::UnavailableError("down"), Reply(kGood)});
  provider_.Answers("large", {absl::UnavailableError("down")});
  EXPECT_THAT(router_.Complete(context_, request_), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_THAT(log_.decisions, SizeIs(1));
  EXPECT_EQ(log_.decisions[0].outcome, DecisionOutcome::kFailed);
  EXPECT_OK(router_.Complete(context_, request_));
}

TEST_F(RouterTest, WithoutARecordThereIsNoAnswer) {
  log_.append_error = absl::UnavailableError("disk full");
  EXPECT_THAT(router_.Complete(context_, request_), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(observer_.seen, 0);
}

TEST_F(RouterTest, RequestsWithoutWhatTheirTaskReadsAreRefusedByField) {
  const auto refused = [&](Request request, const char* field) {
    EXPECT_THAT(router_.Complete(context_, request),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(field)));
  };
  refused(Request{}, "messages");
  refused(Request{.task = TaskKind::kAnalyzeCall}, "call");
  refused(Request{.task = TaskKind::kWriteEmail}, "email");
  Request silent = AnalyzeRequest();
  silent.call->transcript.turns.clear();
  refused(silent, "transcript.turns");
  Request broken = GeneralRequest("Hi");
  broken.contract.json_schema = "{";
  refused(broken, "contract.json_schema");
  EXPECT_THAT(log_.decisions, IsEmpty());
}

TEST_F(RouterTest, DecideSaysWhatWouldHappenAndAsksNobody) {
  ASSERT_OK_AND_ASSIGN(const Outlook good, router_.Decide(request_, kGood));
  EXPECT_EQ(good.decision, DecisionOutcome::kAccepted);
  EXPECT_EQ(good.to_model, "small");
  ASSERT_OK_AND_ASSIGN(const Outlook bad, router_.Decide(request_, ""));
  EXPECT_EQ(bad.decision, DecisionOutcome::kEscalated);
  EXPECT_EQ(bad.reason, DecisionReason::kEmptyOutput);
  EXPECT_EQ(bad.to_model, "large");
  ASSERT_OK_AND_ASSIGN(const Outlook undrafted, router_.Decide(request_, std::nullopt));
  EXPECT_EQ(undrafted.decision, DecisionOutcome::kAccepted);
  EXPECT_EQ(undrafted.draft_score, 0);
  EXPECT_THAT(provider_.calls, IsEmpty());
  EXPECT_THAT(log_.decisions, IsEmpty());
}

TEST_F(RouterTest, DecideNeedsNoModel) {
  request_.task = TaskKind::kGeneral;
  MemoryDecisionLog log;
  Policy policy = TwoModels();
  policy.cascades[TaskKind::kGeneral].models.clear();
  Router router(policy, {}, log, observer_, {.new_id = [] { return std::string("dec"); }});
  ASSERT_OK_AND_ASSIGN(const Outlook outlook, router.Decide(request_, kGood));
  EXPECT_EQ(outlook.decision, DecisionOutcome::kAccepted);
  EXPECT_THAT(outlook.from_model, IsEmpty());
}

TEST_F(RouterTest, ModelsAreListedInCascadeOrderWithTheirTasks) {
  const std::vector<ModelStatus> all = router_.Models(std::nullopt);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].model.name, "small");
  EXPECT_THAT(all[0].tasks, SizeIs(3));
  EXPECT_THAT(router_.Models(TaskKind::kWriteEmail), IsEmpty());
}

}  // namespace
}  // namespace throughline::router
