#include "services/analyst/analyst_service.h"

#include <gmock/gmock.h>

#include "absl/synchronization/mutex.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/wire/call_work.h"
#include "services/analyst/clients/router_client.h"

namespace throughline::analyst {
namespace {

using ::testing::HasSubstr;

namespace router_v1 = throughline::router::v1;

// A router that gives the same answer to everybody and remembers what it was asked.
class FakeRouter final : public router_v1::RouterService::Service {
 public:
  explicit FakeRouter(std::string answer) : answer_(std::move(answer)) {}

  grpc::Status Complete(grpc::ServerContext*, const router_v1::CompleteRequest* request,
                        router_v1::CompleteResponse* response) override {
    absl::MutexLock lock(&mutex_);
    asked_ = *request;
    response->set_text(answer_);
    response->mutable_decision()->set_id("decision-1");
    response->mutable_decision()->set_to_model("builtin/extractive-deep");
    return grpc::Status::OK;
  }

  router_v1::CompleteRequest asked() {
    absl::MutexLock lock(&mutex_);
    return asked_;
  }

 private:
  const std::string answer_;
  absl::Mutex mutex_;
  router_v1::CompleteRequest asked_ ABSL_GUARDED_BY(mutex_);
};

v1::CallContext OneTurn() {
  grounding::CallContext call{.customer_id = "acme", .call_id = "call-1"};
  call.transcript.turns = {{.index = 0, .speaker = "Ana", .text = "It costs too much."}};
  call.transcript.participants = {{.name = "Ana"}};
  call.transcript.occurred_at = absl::UnixEpoch();
  return wire::ToProto(call);
}

// The analyst between its caller and a router with a given answer.
class Wired {
 public:
  explicit Wired(std::string answer) : router(std::move(answer)) {
    downstream.Serve(router_v1::RouterService::service_full_name(), router);
    client = std::make_unique<RouterClient>(downstream.channel());
    analyst = std::make_unique<Analyst>(*client);
    service = std::make_unique<AnalystServiceImpl>(*analyst, rpc.runtime());
    rpc.Serve(v1::AnalystService::service_full_name(), *service);
    stub = v1::AnalystService::NewStub(rpc.channel());
  }
  ~Wired() {
    rpc.Stop();
    downstream.Stop();
  }

  FakeRouter router;
  RpcFixture downstream;
  RpcFixture rpc;
  std::unique_ptr<RouterClient> client;
  std::unique_ptr<Analyst> analyst;
  std::unique_ptr<AnalystServiceImpl> service;
  std::unique_ptr<v1::AnalystService::Stub> stub;
};

TEST(AnalystServiceTest, AnalysesThroughTheRouterAndReportsTheDecision) {
  Wired wired(R"({"openBlockers": [{"category": "BLOCKER_CATEGORY_PRICE", "object": "price",
      "status": "BLOCKER_STATUS_RAISED", "history": [{"status": "BLOCKER_STATUS_RAISED",
      "evidence": {"turn": 0, "quote": "too much"}}]}]})");
  grpc::ClientContext context;
  v1::AnalyzeRequest request;
  *request.mutable_context() = OneTurn();
  v1::AnalyzeResponse response;
  ASSERT_OK(rpc::FromGrpc(wired.stub->Analyze(&context, request, &response)));
  EXPECT_EQ(response.analysis().primary_blocker().id(), "price:price");
  EXPECT_EQ(response.analysis().primary_blocker().history(0).evidence().speaker(), "Ana");
  ASSERT_EQ(response.decisions().size(), 1);
  EXPECT_EQ(response.decisions(0).id(), "decision-1");

  const router_v1::CompleteRequest asked = wired.router.asked();
  EXPECT_EQ(asked.task(), router_v1::TASK_KIND_ANALYZE_CALL);
  EXPECT_EQ(asked.attribution().customer_id(), "acme");
  EXPECT_EQ(asked.call().transcript().turns_size(), 1);
  EXPECT_FALSE(asked.idempotency_key().empty());
  EXPECT_FALSE(asked.contract().json_schema().empty());
}

TEST(AnalystServiceTest, ExtractsFactsAndReportsWhatWasNotBorneOut) {
  Wired wired(R"({"facts": [
      {"kind": "FACT_KIND_OBJECTION", "text": "Ana finds it too dear.",
       "evidence": [{"quote": "It costs too much."}]},
      {"kind": "FACT_KIND_BUDGET", "text": "They have a million.",
       "evidence": [{"quote": "a million"}]}]})");
  grpc::ClientContext context;
  v1::ExtractFactsRequest request;
  *request.mutable_context() = OneTurn();
  v1::ExtractFactsResponse response;
  ASSERT_OK(rpc::FromGrpc(wired.stub->ExtractFacts(&context, request, &response)));
  EXPECT_EQ(response.extracted().facts().size(), 1);
  EXPECT_EQ(response.dropped().size(), 1);
}

TEST(AnalystServiceTest, AnAnswerThatCannotBeReadIsAnErrorNotAnEmptyAnalysis) {
  Wired wired("I could not do it, sorry.");
  grpc::ClientContext context;
  v1::AnalyzeRequest request;
  *request.mutable_context() = OneTurn();
  v1::AnalyzeResponse response;
  EXPECT_THAT(rpc::FromGrpc(wired.stub->Analyze(&context, request, &response)),
              StatusIs(absl::StatusCode::kInternal));
}

TEST(AnalystServiceTest, ARequestWithoutACallIsRefusedByField) {
  Wired wired("{}");
  grpc::ClientContext context;
  v1::AnalyzeResponse response;
  EXPECT_THAT(rpc::FromGrpc(wired.stub->Analyze(&context, v1::AnalyzeRequest(), &response)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("context.customer_id")));
}

}  // namespace
}  // namespace throughline::analyst
