#include "services/router/router_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/random_hex.h"
#include "common/retention/sweeper.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/clients/builtin_provider.h"
#include "services/router/config.h"
#include "services/router/router_metrics.h"
#include "services/router/router_proto.h"
#include "services/router/store/ledger_retention.h"
#include "services/router/store/open_ledger.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kQuota = 30;

// The service as the process composes it, with the built-in configuration.
class RouterServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(RouterConfig config, ParseConfig(DefaultConfigYaml(), "built-in"));
    ASSERT_OK_AND_ASSIGN(log_, OpenSqliteLedger(directory_.File("router.db")));
    config.policy.budgets = {{.name = "daily", .limit_requests = kQuota}};
    metrics_ = std::make_unique<RouterMetrics>(rpc_.metrics(), config.policy, Clock::Real());
    router_ = std::make_unique<LiveRouter>(std::make_shared<Router>(
        std::move(config.policy), Providers{{"builtin", &builtin_}}, *log_, *metrics_,
        RoutingServices{.budgets = log_.get(),
                        .new_id = [] { return absl::StrCat("dec_", RandomHex(8)); }}));
    erasable_ = std::make_unique<LedgerRetention>(*log_);
    ASSERT_OK_AND_ASSIGN(
        sweeper_, retention::Sweeper::Make(
                      {.path = directory_.Write("retention.yaml",
                                                "retention:\n  tenants:\n    - {tenant: \"*\", "
                                                "decisions_days: 30}\n")},
                      *erasable_, rpc_.metrics(), Clock::Real(), nullptr));
    service_ = std::make_unique<RouterServiceImpl>(*router_, *sweeper_, rpc_.runtime());
    rpc_.Serve(v1::RouterService::service_full_name(), *service_);
    stub_ = v1::RouterService::NewStub(rpc_.channel());
  }
  void TearDown() override { rpc_.Stop(); }

  // A first call in which the price is the trouble.
  static v1::CompleteRequest FirstCall() {
    v1::CompleteRequest request;
    request.set_task(v1::TASK_KIND_ANALYZE_CALL);
    request.mutable_attribution()->set_customer_id("birch");
    v1::CallInput& call = *request.mutable_call();
    call.set_call_id("call-1");
    call.mutable_transcript()->mutable_occurred_at()->set_seconds(1772611200);
    const std::pair<const char*, const char*> lines[] = {
        {"Sam Ortiz", "Hi Dana, how did the review go?"},
        {"Dana Wells", "Honestly, your price is too high for us. We can't go above $30,000."},
        {"Sam Ortiz", "I'll send you a revised quote by Friday."},
        {"Dana Wells", "Okay, send it to me and I'll look at it."}};
    int index = 0;
    for (const auto& [speaker, text] : lines) {
      auto& turn = *call.mutable_transcript()->add_turns();
      turn.set_index(index++);
      turn.set_speaker(speaker);
      turn.set_text(text);
    }
    auto& seller = *call.mutable_transcript()->add_participants();
    seller.set_name("Sam Ortiz");
    seller.set_side(throughline::deal::v1::SIDE_SELLER);
    auto& buyer = *call.mutable_transcript()->add_participants();
    buyer.set_name("Dana Wells");
    buyer.set_side(throughline::deal::v1::SIDE_CUSTOMER);
    return request;
  }

  static v1::CompleteRequest Prompt(const std::string& text) {
    v1::CompleteRequest request;
    v1::Message& message = *request.add_messages();
    message.set_role(v1::ROLE_USER);
    message.set_content(text);
    return request;
  }

  absl::StatusOr<v1::CompleteResponse> Complete(const v1::CompleteRequest& request) {
    grpc::ClientContext context;
    v1::CompleteResponse response;
    const grpc::Status status = stub_->Complete(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  TempDirectory directory_;
  RpcFixture rpc_;
  std::unique_ptr<SqlLedger> log_;
  BuiltinProvider builtin_;
  std::unique_ptr<RouterMetrics> metrics_;
  std::unique_ptr<LiveRouter> router_;
  std::unique_ptr<LedgerRetention> erasable_;
  std::unique_ptr<retention::Sweeper> sweeper_;
  std::unique_ptr<RouterServiceImpl> service_;
  std::unique_ptr<v1::RouterService::Stub> stub_;
};

TEST_F(RouterServiceTest, ACallIsAnsweredAndTheDecisionCanBeReadBack) {
  ASSERT_OK_AND_ASSIGN(const v1::CompleteResponse response, Complete(FirstCall()));
  EXPECT_THAT(response.text(), HasSubstr("\"openBlockers\""));
  EXPECT_EQ(response.decision().from_model(), "builtin/extractive-fast");
  EXPECT_EQ(response.decision().cost().nano_usd(), 0);
  EXPECT_FALSE(response.decision().cost().unpriced());

  grpc::ClientContext get_context;
  v1::GetDecisionRequest get;
  get.set_decision_id(response.decision().id());
  v1::GetDecisionResponse got;
  ASSERT_TRUE(stub_->GetDecision(&get_context, get, &got).ok());
  EXPECT_EQ(got.decision().attempts_size(), response.decision().attempts_size());

  grpc::ClientContext list_context;
  v1::ListDecisionsRequest list;
  list.set_customer_id("birch");
  v1::ListDecisionsResponse listed;
  ASSERT_TRUE(stub_->ListDecisions(&list_context, list, &listed).ok());
  EXPECT_EQ(listed.decisions_size(), 1);
  EXPECT_THAT(rpc_.metrics().Render(),
              HasSubstr("throughline_router_decisions_total{decision=\"accepted\""));
}

TEST_F(RouterServiceTest, MetricsShowHowMuchOfABudgetIsUsed) {
  for (int i = 0; i < kQuota / 2; ++i) ASSERT_OK(Complete(FirstCall()));
  EXPECT_THAT(rpc_.metrics().Render(),
              HasSubstr("throughline_router_budget_used_ratio{budget=\"daily\",scope=\"tenant\","
                        "tenant=\"default\"} 0.5\n"));
}

TEST_F(RouterServiceTest, OpenItemsOfMemoryMakeTheFastReadingEscalate) {
  v1::CompleteRequest request = FirstCall();
  auto& blocker = *request.mutable_call()->mutable_known()->add_blockers();
  blocker.set_id("compliance:eu-data-residency");
  blocker.set_category(throughline::deal::v1::BLOCKER_CATEGORY_COMPLIANCE);
  blocker.set_object("EU data residency");
  blocker.set_status(throughline::deal::v1::BLOCKER_STATUS_RAISED);
  auto& step = *blocker.add_history();
  step.set_status(throughline::deal::v1::BLOCKER_STATUS_RAISED);
  step.mutable_at()->set_seconds(1772000000);
  step.mutable_evidence()->set_call_id("call-0");
  step.mutable_evidence()->set_quote("Our data has to stay in the EU");
  ASSERT_OK_AND_ASSIGN(const v1::CompleteResponse response, Complete(request));
  EXPECT_EQ(response.decision().outcome(), v1::DECISION_OUTCOME_ESCALATED);
  EXPECT_EQ(response.decision().reason(), v1::DECISION_REASON_KNOWN_STATE_CONFLICT);
  EXPECT_EQ(response.decision().to_model(), "builtin/extractive-deep");
  EXPECT_THAT(response.text(), HasSubstr("EU data residency"));
}

TEST_F(RouterServiceTest, TheSameKeyGivesTheSameAnswer) {
  v1::CompleteRequest request = FirstCall();
  request.set_idempotency_key("call-1/analyze");
  ASSERT_OK_AND_ASSIGN(const v1::CompleteResponse first, Complete(request));
  ASSERT_OK_AND_ASSIGN(const v1::CompleteResponse again, Complete(request));
  EXPECT_EQ(again.text(), first.text());
  EXPECT_EQ(again.decision().id(), first.decision().id());
  request.add_messages()->set_content("Read the call.");
  request.mutable_messages(0)->set_role(v1::ROLE_USER);
  ASSERT_OK_AND_ASSIGN(const v1::CompleteResponse in_words, Complete(request));
  EXPECT_EQ(in_words.decision().id(), first.decision().id()) << "the same work, put into words";
  request.mutable_call()->set_seller_name("Somebody else");
  EXPECT_THAT(Complete(request), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(RouterServiceTest, TheStreamEndsWithTheDecision) {
  grpc::ClientContext context;
  v1::StreamCompleteRequest request;
  *request.mutable_request() = FirstCall();
  const auto reader = stub_->StreamComplete(&context, request);
  std::string text;
  v1::StreamCompleteResponse piece;
  v1::CompleteResponse completed;
  while (reader->Read(&piece)) {
    if (piece.has_completed()) completed = piece.completed();
    text += piece.text();
  }
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_EQ(text, completed.text());
  EXPECT_FALSE(completed.decision().id().empty());
}

TEST_F(RouterServiceTest, GeneralPromptsSayWhatToConfigure) {
  EXPECT_THAT(Complete(Prompt("Hello?")),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("tasks.general.cascade")));
}

TEST_F(RouterServiceTest, DecideJudgesDraftsWithoutAModel) {
  v1::DecideRequest request;
  *request.mutable_messages() = Prompt("What is 17 + 25?").messages();
  request.set_draft("17 + 25 = 5042");
  grpc::ClientContext context;
  v1::DecideResponse response;
  ASSERT_TRUE(stub_->Decide(&context, request, &response).ok());
  EXPECT_EQ(response.decision(), v1::DECISION_OUTCOME_ESCALATED);
  EXPECT_LT(response.draft_score(), response.threshold());
  EXPECT_GT(response.checks_size(), 0);
}

TEST_F(RouterServiceTest, BadRequestsNameTheField) {
  const auto refused = [&](const v1::CompleteRequest& request, const char* field) {
    EXPECT_THAT(Complete(request), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(field)));
  };
  refused(v1::CompleteRequest(), "messages");
  v1::CompleteRequest request = Prompt("Hi");
  request.mutable_messages(0)->set_role(v1::ROLE_UNSPECIFIED);
  refused(request, "messages[0].role");
  request = Prompt(std::string(kMaxMessageBytes + 1, 'x'));
  refused(request, "messages");
  request = Prompt("Hi");
  request.set_temperature(3);
  refused(request, "temperature");
  request = Prompt("Hi");
  request.set_max_cost_nano_usd(-1);
  refused(request, "max_cost_nano_usd");
  request = Prompt("Hi");
  request.mutable_contract()->add_fields()->set_path("a");
  refused(request, "contract.fields[0].rule");
  request = FirstCall();
  request.mutable_call()->clear_call_id();
  refused(request, "call.call_id");
  request = FirstCall();
  request.mutable_call()->clear_transcript();
  refused(request, "call.transcript");
  request = FirstCall();
  request.set_idempotency_key(std::string(kMaxIdBytes + 1, 'k'));
  refused(request, "idempotency_key");
}

TEST_F(RouterServiceTest, SpendAndModelsAreListed) {
  ASSERT_OK(Complete(FirstCall()));
  grpc::ClientContext spend_context;
  v1::GetSpendRequest spend_request;
  spend_request.set_group_by(v1::SPEND_GROUP_TASK);
  v1::GetSpendResponse spend;
  ASSERT_TRUE(stub_->GetSpend(&spend_context, spend_request, &spend).ok());
  ASSERT_EQ(spend.rows_size(), 1);
  EXPECT_EQ(spend.rows(0).key(), "analyze_call");
  EXPECT_GE(spend.total().model_calls(), 1);

  grpc::ClientContext models_context;
  v1::ListModelsResponse models;
  ASSERT_TRUE(stub_->ListModels(&models_context, v1::ListModelsRequest(), &models).ok());
  ASSERT_EQ(models.models_size(), 2);
  EXPECT_EQ(models.models(0).name(), "builtin/extractive-fast");
  EXPECT_EQ(models.models(0).tasks_size(), 3);
  EXPECT_FALSE(models.policy_version().empty());
}

TEST_F(RouterServiceTest, AQuotaRefusesWithTheTimeToRetryAndIsShown) {
  for (int64_t i = 0; i < kQuota; ++i) ASSERT_OK(Complete(FirstCall()).status());
  const absl::Status refused = Complete(FirstCall()).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("\"daily\"")));
  EXPECT_TRUE(RetryAfter(refused).has_value());
  EXPECT_EQ(Reason(refused), "QUOTA_EXHAUSTED");

  grpc::ClientContext context;
  v1::ListBudgetsResponse budgets;
  ASSERT_TRUE(stub_->ListBudgets(&context, {}, &budgets).ok());
  ASSERT_EQ(budgets.budgets_size(), 1);
  EXPECT_EQ(budgets.budgets(0).requests(), kQuota);
  EXPECT_EQ(budgets.budgets(0).reserved_nano_usd(), 0);
  EXPECT_TRUE(budgets.budgets(0).has_resets_at());
}

TEST_F(RouterServiceTest, WhatTheRulesWouldEraseCanBeAsked) {
  v1::CompleteResponse answer;
  grpc::ClientContext asking;
  ASSERT_OK(rpc::FromGrpc(stub_->Complete(&asking, FirstCall(), &answer)));
  grpc::ClientContext context;
  v1::PreviewRetentionResponse response;
  ASSERT_OK(rpc::FromGrpc(stub_->PreviewRetention(&context, {}, &response)));
  ASSERT_EQ(response.previews_size(), 1);
  EXPECT_EQ(response.previews(0).kind(), "decisions");
  EXPECT_EQ(response.previews(0).keep_days(), 30);
  EXPECT_EQ(response.previews(0).records(), 0) << "of today";
}

TEST_F(RouterServiceTest, SpendTellsWhetherCascadesPay) {
  ASSERT_OK(Complete(FirstCall()).status());
  grpc::ClientContext context;
  v1::GetSpendRequest request;
  request.set_group_by(v1::SPEND_GROUP_TENANT);
  v1::GetSpendResponse spend;
  ASSERT_TRUE(stub_->GetSpend(&context, request, &spend).ok());
  ASSERT_EQ(spend.economics_size(), 1);
  EXPECT_EQ(spend.economics(0).task(), v1::TASK_KIND_ANALYZE_CALL);
  EXPECT_FALSE(spend.economics(0).dearer());
  EXPECT_EQ(spend.rows_size(), 1);
  EXPECT_EQ(spend.savings().nano_usd(), 0);
}

}  // namespace
}  // namespace throughline::router
