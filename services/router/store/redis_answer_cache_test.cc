#include "services/router/store/redis_answer_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/testing/redis_server.h"
#include "common/testing/status_matchers.h"
#include "services/router/domain/router.h"
#include "services/router/domain/testing.h"

namespace throughline::router {
namespace {

class NoObserver final : public DecisionObserver {
 public:
  void OnDecision(const Context&, const Decision&) override {}
  void OnBudgets(const Context&, const std::vector<BudgetState>&) override {}
  void OnBreaker(const std::string&, const std::string&, BreakerState) override {}
};

Policy CachingPolicy() {
  Policy policy;
  policy.models = {{.name = "small", .provider = "fake", .price = {.input = 100, .output = 1000}}};
  for (const TaskKind task : kAllTasks) policy.cascades[task] = {};
  policy.cascades[TaskKind::kGeneral].models = {"small"};
  policy.cascades[TaskKind::kGeneral].cache_ttl = absl::Minutes(5);
  policy.version = "v1";
  return policy;
}

class AnswerCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(server_, RedisServer::Start());
    ASSERT_OK_AND_ASSIGN(auto redis, storage::RedisClient::Create({.port = server_->port()}));
    cache_ = std::make_unique<RedisAnswerCache>(std::move(redis));
    provider_.Answers("small", {Reply("Paris.")});
    router_ = std::make_unique<Router>(
        CachingPolicy(), Providers{{"fake", &provider_}}, log_, observer_,
        RoutingServices{.cache = cache_.get(),
                        .new_id = [this] { return absl::StrCat("dec_", ++ids_); }});
  }

  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<RedisAnswerCache> cache_;
  ScriptedProvider provider_;
  MemoryDecisionLog log_;
  NoObserver observer_;
  int ids_ = 0;
  std::unique_ptr<Router> router_;
  const Context context_ = Context::Background();
};

TEST_F(AnswerCacheTest, TheSameRequestIsAnsweredAgainForNothing) {
  const Request request = GeneralRequest("What is the capital of France?");
  ASSERT_OK(router_->Complete(context_, request).status());
  ASSERT_OK_AND_ASSIGN(const Answer again, router_->Complete(context_, request));
  EXPECT_EQ(again.text, "Paris.");
  EXPECT_EQ(again.decision.outcome, DecisionOutcome::kCached);
  EXPECT_EQ(again.decision.reason, DecisionReason::kCacheHit);
  EXPECT_EQ(again.decision.cost.nano_usd, 0);
  EXPECT_EQ(again.decision.to_model, "small");
  EXPECT_EQ(provider_.calls.size(), 1u);
  ASSERT_EQ(log_.decisions.size(), 2u);  // the hit is on record, too
  EXPECT_EQ(log_.decisions[1].id, "dec_2");
}

TEST_F(AnswerCacheTest, AnotherTenantPromptOrContractIsAnotherRequest) {
  Request request = GeneralRequest("What is the capital of France?");
  ASSERT_OK(router_->Complete(context_, request).status());
  const Context other(Context::Fields{.tenant = "other"});
  ASSERT_OK(router_->Complete(other, request).status());
  EXPECT_EQ(provider_.calls.size(), 2u);
  request.contract.max_words = 5;
  ASSERT_OK(router_->Complete(context_, request).status());
  request.max_output_tokens = 7;
  ASSERT_OK(router_->Complete(context_, request).status());
  request.messages[0].content += " ";
  ASSERT_OK(router_->Complete(context_, request).status());
  EXPECT_EQ(provider_.calls.size(), 5u);
}

TEST_F(AnswerCacheTest, WithoutRedisModelsAreAsked) {
  server_->Stop();
  const Request request = GeneralRequest("What is the capital of France?");
  ASSERT_OK(router_->Complete(context_, request).status());
  ASSERT_OK(router_->Complete(context_, request).status());
  EXPECT_EQ(provider_.calls.size(), 2u);
}

}  // namespace
}  // namespace throughline::router
