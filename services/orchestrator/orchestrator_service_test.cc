#include "services/orchestrator/orchestrator_service.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/rpc_fixture.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/orchestrator/clients/analyst_client.h"
#include "services/orchestrator/clients/memory_client.h"
#include "services/orchestrator/clients/writer_client.h"
#include "services/orchestrator/domain/fakes_for_tests.h"
#include "services/orchestrator/store/schema.h"
#include "services/orchestrator/store/sql_call_store.h"
#include "services/orchestrator/store/sql_delivery_store.h"
#include "services/orchestrator/store/sql_erasure.h"
#include "services/orchestrator/store/sql_job_store.h"
#include "services/orchestrator/store/sql_retention.h"

namespace throughline::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace analyst_v1 = throughline::analyst::v1;
namespace memory_v1 = throughline::memory::v1;
namespace writer_v1 = throughline::writer::v1;

class MemoryServer final : public memory_v1::MemoryService::Service {
 public:
  grpc::Status Recall(grpc::ServerContext*, const memory_v1::RecallRequest* request,
                      memory_v1::RecallResponse* response) override {
    if (request->customer_id() == "late") return {grpc::StatusCode::DEADLINE_EXCEEDED, ""};
    absl::MutexLock lock(&mutex_);
    recalled_ = *request;
    response->set_version(4);
    response->set_cache_hit(true);
    response->add_results()->mutable_fact()->set_text("They have four sites.");
    return grpc::Status::OK;
  }
  grpc::Status Retain(grpc::ServerContext*, const memory_v1::RetainRequest* request,
                      memory_v1::RetainResponse* response) override {
    absl::MutexLock lock(&mutex_);
    retained_.push_back(*request);
    for (int i = 0; i < request->facts_size(); ++i) {
      memory_v1::RetainedRow& row = *response->add_facts();
      row.set_id("fact-" + std::to_string(i));
      row.set_outcome(i == 0 ? memory_v1::RETAIN_OUTCOME_SUPERSEDED
                             : memory_v1::RETAIN_OUTCOME_DUPLICATE);
      if (i == 0) row.add_superseded_ids("old");
    }
    response->set_version(5);
    return grpc::Status::OK;
  }
  grpc::Status GetProfile(grpc::ServerContext*, const memory_v1::GetProfileRequest* request,
                          memory_v1::GetProfileResponse* response) override {
    if (request->customer_id() != "acme") return {grpc::StatusCode::NOT_FOUND, "no profile"};
    response->mutable_profile()->set_version(3);
    response->mutable_profile()->add_preferences()->set_text("PDF by e-mail");
    return grpc::Status::OK;
  }

  grpc::Status Forget(grpc::ServerContext*, const memory_v1::ForgetRequest* request,
                      memory_v1::ForgetResponse* response) override {
    if (request->customer_id() != "acme") return {grpc::StatusCode::NOT_FOUND, "no customer"};
    response->set_receipt_id("r-1");
    response->set_facts(request->call_id() == "c1" ? 2 : 9);
    return grpc::Status::OK;
  }

  std::vector<memory_v1::RetainRequest> retained() {
    absl::MutexLock lock(&mutex_);
    return retained_;
  }
  memory_v1::RecallRequest recalled() {
    absl::MutexLock lock(&mutex_);
    return recalled_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<memory_v1::RetainRequest> retained_ ABSL_GUARDED_BY(mutex_);
  memory_v1::RecallRequest recalled_ ABSL_GUARDED_BY(mutex_);
};

class AnalystServer final : public analyst_v1::AnalystService::Service {
 public:
  grpc::Status Analyze(grpc::ServerContext*, const analyst_v1::AnalyzeRequest*,
                       analyst_v1::AnalyzeResponse* response) override {
    response->mutable_analysis()->mutable_primary_blocker()->set_id("price:price");
    response->mutable_analysis()->add_decision_makers()->set_name("Ana Ruiz");
    response->add_decisions()->mutable_cost()->set_nano_usd(7);
    return grpc::Status::OK;
  }
  grpc::Status ExtractFacts(grpc::ServerContext*, const analyst_v1::ExtractFactsRequest*,
                            analyst_v1::ExtractFactsResponse* response) override {
    response->mutable_extracted()->add_facts()->set_text("Their budget is 20k.");
    response->mutable_extracted()->add_facts()->set_text("They have four sites.");
    return grpc::Status::OK;
  }
};

class WriterServer final : public writer_v1::WriterService::Service {
 public:
  grpc::Status WriteEmail(grpc::ServerContext*, const writer_v1::WriteEmailRequest*,
                          writer_v1::WriteEmailResponse* response) override {
    response->mutable_email()->add_to()->set_name("Ana Ruiz");
    response->mutable_email()->set_subject("The price");
    return grpc::Status::OK;
  }
};

class OrchestratorServiceTest : public testing::Test {
 protected:
  OrchestratorServiceTest() {
    memory_rpc_.Serve(memory_v1::MemoryService::service_full_name(), memory_server_);
    analyst_rpc_.Serve(analyst_v1::AnalystService::service_full_name(), analyst_server_);
    writer_rpc_.Serve(writer_v1::WriterService::service_full_name(), writer_server_);
    memory_ = std::make_unique<MemoryClient>(memory_rpc_.channel());
    analyst_ = std::make_unique<AnalystClient>(analyst_rpc_.channel());
    writer_ = std::make_unique<WriterClient>(writer_rpc_.channel());
    database_ = *OpenSqlite(directory_.File("orchestrator.db"));
    store_ = std::make_unique<SqlCallStore>(*database_, "me");
    jobs_ = std::make_unique<SqlJobStore>(*database_, SqlJobStore::Options{.owner = "me"});
    pipeline_ = std::make_unique<Pipeline>(
        Pipeline::Ports{
            .memory = *memory_, .analyst = *analyst_, .writer = *writer_, .store = *store_},
        Pipeline::Options());
    runner_ = std::make_unique<JobRunner>(JobRunner::Options{.max_attempts = 2}, *jobs_, *pipeline_,
                                          timers_);
    metrics_ = std::make_unique<PipelineMetrics>(rpc_.metrics());
    deliveries_ = std::make_unique<SqlDeliveryStore>(*database_);
    erasures_ = std::make_unique<SqlErasure>(*database_);
    erasure_ = std::make_unique<Erasure>(*erasures_, *memory_, router_, timers_);
    erasable_ = std::make_unique<SqlRetention>(*database_);
    sweeper_ = *retention::Sweeper::Make(
        {.path = directory_.Write(
             "retention.yaml", "retention:\n  tenants:\n    - {tenant: \"*\", calls_days: 7}\n")},
        *erasable_, rpc_.metrics(), Clock::Real(), nullptr);
    audit_ =
        *audit::AuditLog::Open({.path = directory_.File("audit.jsonl"), .service = "orchestrator"},
                               rpc_.metrics(), Clock::Real());
    service_ = std::make_unique<OrchestratorServiceImpl>(
        OrchestratorServiceImpl::Parts{.memory = *memory_,
                                       .store = *store_,
                                       .runner = *runner_,
                                       .jobs = *jobs_,
                                       .erasure = *erasure_,
                                       .deliveries = *deliveries_,
                                       .sweeper = *sweeper_,
                                       .metrics = *metrics_,
                                       .job_taken = [this] { ++jobs_taken_; },
                                       .audit = audit_.get()},
        rpc_.runtime(), rpc_.runtime());
    rpc_.Serve(v1::OrchestratorService::service_full_name(), *service_);
    stub_ = v1::OrchestratorService::NewStub(rpc_.channel());
  }
  ~OrchestratorServiceTest() override {
    rpc_.Stop();
    for (RpcFixture* downstream : {&memory_rpc_, &analyst_rpc_, &writer_rpc_}) downstream->Stop();
  }

  static v1::CallSource Source() {
    v1::CallSource source;
    source.set_customer_id("acme");
    source.set_call_id("c1");
    source.set_call_date("2026-03-03");
    source.set_transcript("Ana Ruiz: It costs too much.\nTom Berg: I see.\n");
    return source;
  }

  absl::Status Process(const v1::CallSource& source, v1::CallResult& result) {
    grpc::ClientContext context;
    v1::ProcessCallRequest request;
    *request.mutable_call() = source;
    v1::ProcessCallResponse response;
    const grpc::Status status = stub_->ProcessCall(&context, request, &response);
    result = response.result();
    return rpc::FromGrpc(status);
  }

  MemoryServer memory_server_;
  AnalystServer analyst_server_;
  WriterServer writer_server_;
  RpcFixture memory_rpc_, analyst_rpc_, writer_rpc_, rpc_;
  TempDirectory directory_;
  Timers timers_;
  std::unique_ptr<MemoryClient> memory_;
  std::unique_ptr<AnalystClient> analyst_;
  std::unique_ptr<WriterClient> writer_;
  std::unique_ptr<sql::SqlDatabase> database_;
  std::unique_ptr<SqlCallStore> store_;
  std::unique_ptr<SqlJobStore> jobs_;
  std::unique_ptr<SqlDeliveryStore> deliveries_;
  FakeRouter router_;
  std::unique_ptr<SqlErasure> erasures_;
  std::unique_ptr<Erasure> erasure_;
  std::unique_ptr<SqlRetention> erasable_;
  std::unique_ptr<retention::Sweeper> sweeper_;
  std::unique_ptr<audit::AuditLog> audit_;
  std::unique_ptr<JobRunner> runner_;
  int jobs_taken_ = 0;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<PipelineMetrics> metrics_;
  std::unique_ptr<OrchestratorServiceImpl> service_;
  std::unique_ptr<v1::OrchestratorService::Stub> stub_;
};

TEST_F(OrchestratorServiceTest, ProcessesACallAndKeepsIt) {
  v1::CallResult result;
  ASSERT_OK(Process(Source(), result));
  EXPECT_EQ(result.analysis().primary_blocker().id(), "price:price");
  EXPECT_EQ(result.email().subject(), "The price");
  ASSERT_EQ(result.facts_size(), 1);
  EXPECT_EQ(result.facts(0).id(), "fact-0");
  EXPECT_EQ(result.superseded_fact_ids(0), "old");
  EXPECT_EQ(result.cost().nano_usd(), 7);
  EXPECT_EQ(result.facts_recalled(), 1);
  EXPECT_TRUE(result.recall_cache_hit());
  EXPECT_EQ(result.memory_version(), 5);
  EXPECT_EQ(result.timings_size(), 5);

  ASSERT_EQ(memory_server_.retained().size(), 1u);
  const memory_v1::RetainRequest retained = memory_server_.retained()[0];
  EXPECT_EQ(retained.call().call_id(), "c1");
  EXPECT_EQ(retained.texts_size(), 2);
  EXPECT_EQ(retained.texts(0).text(), "It costs too much.");
  EXPECT_FALSE(retained.idempotency_key().empty());
  EXPECT_THAT(memory_server_.recalled().query(), HasSubstr("It costs too much."));

  grpc::ClientContext context;
  v1::GetCallRequest request;
  request.set_customer_id("acme");
  request.set_call_id("c1");
  v1::GetCallResponse kept;
  ASSERT_OK(rpc::FromGrpc(stub_->GetCall(&context, request, &kept)));
  EXPECT_EQ(kept.result().facts(0).id(), "fact-0");
  EXPECT_EQ(kept.transcript().turns_size(), 2);
}

TEST_F(OrchestratorServiceTest, WhatSubscribersWereToldCanBeAskedForAndToldAgain) {
  ASSERT_OK(database_->Write(Context::Background(), [](sql::SqlSession& session) {
    return AddDelivery(session,
                       {.tenant = "default",
                        .subscription = "crm",
                        .event_id = "evt-1",
                        .event = "call.processed",
                        .customer_id = "acme",
                        .call_id = "c1",
                        .body = "{}"},
                       Clock::Real().Now());
  }));
  const auto list = [&](const v1::ListWebhookDeliveriesRequest& request,
                        v1::ListWebhookDeliveriesResponse& response) {
    grpc::ClientContext context;
    return rpc::FromGrpc(stub_->ListWebhookDeliveries(&context, request, &response));
  };
  v1::ListWebhookDeliveriesRequest request;
  v1::ListWebhookDeliveriesResponse listed;
  ASSERT_OK(list(request, listed));
  ASSERT_EQ(listed.deliveries_size(), 1);
  EXPECT_EQ(listed.deliveries(0).event(), "call.processed");
  EXPECT_EQ(listed.deliveries(0).state(), v1::WEBHOOK_DELIVERY_STATE_WAITING);
  EXPECT_TRUE(listed.deliveries(0).has_next_attempt_at());
  request.set_state(static_cast<v1::WebhookDeliveryState>(77));
  EXPECT_THAT(list(request, listed),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("state")));

  const auto redeliver = [&](const std::string& id) {
    grpc::ClientContext context;
    v1::RedeliverWebhookRequest again;
    again.set_delivery_id(id);
    v1::RedeliverWebhookResponse response;
    return rpc::FromGrpc(stub_->RedeliverWebhook(&context, again, &response));
  };
  EXPECT_THAT(redeliver("one"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(redeliver("999"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(redeliver("1"), StatusIs(absl::StatusCode::kFailedPrecondition)) << "it waits";
}

TEST_F(OrchestratorServiceTest, RetentionIsShownBeforeItErases) {
  v1::CallResult result;
  ASSERT_OK(Process(Source(), result));
  grpc::ClientContext context;
  v1::PreviewRetentionResponse response;
  ASSERT_OK(rpc::FromGrpc(stub_->PreviewRetention(&context, {}, &response)));
  ASSERT_EQ(response.previews_size(), 1) << "jobs and deliveries have no rule";
  EXPECT_EQ(response.previews(0).kind(), "calls");
  EXPECT_EQ(response.previews(0).keep_days(), 7);
  EXPECT_EQ(response.previews(0).records(), 1);
}

TEST_F(OrchestratorServiceTest, WhoSentACallIsOnRecord) {
  v1::CallResult result;
  ASSERT_OK(Process(Source(), result));
  v1::CallSource bad = Source();
  bad.set_call_date("yesterday");
  EXPECT_THAT(Process(bad, result), StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK(audit_->WriteDurably(Context::Background(), {}));
  std::ifstream stream(directory_.File("audit.jsonl"));
  const std::string log((std::istreambuf_iterator<char>(stream)), {});
  EXPECT_THAT(log, HasSubstr(R"("action":"orchestrator.process_call","outcome":"ok")"));
  EXPECT_THAT(log, HasSubstr(R"("objects":{"customer_id":"acme","call_id":"c1"})"));
  EXPECT_THAT(log, HasSubstr(R"("outcome":"INVALID_ARGUMENT")"));
  EXPECT_THAT(log, testing::Not(HasSubstr("It costs too much"))) << "no words of a call";
}

TEST_F(OrchestratorServiceTest, ForgetsACallWithAReceiptThatIsOnRecord) {
  v1::CallResult result;
  ASSERT_OK(Process(Source(), result));
  grpc::ClientContext context;
  v1::ForgetRequest request;
  request.set_customer_id("acme");
  request.set_call_id("c1");
  v1::ForgetResponse receipt;
  ASSERT_OK(rpc::FromGrpc(stub_->Forget(&context, request, &receipt)));
  EXPECT_EQ(receipt.receipt_id(), "r-1");
  EXPECT_EQ(receipt.facts(), 2);
  EXPECT_EQ(receipt.calls(), 1);
  EXPECT_EQ(receipt.jobs(), 1);
  grpc::ClientContext again;
  v1::GetCallRequest lost;
  lost.set_customer_id("acme");
  lost.set_call_id("c1");
  v1::GetCallResponse call;
  EXPECT_EQ(stub_->GetCall(&again, lost, &call).error_code(), grpc::StatusCode::NOT_FOUND);
  std::ifstream stream(directory_.File("audit.jsonl"));
  const std::string log((std::istreambuf_iterator<char>(stream)), {});
  EXPECT_THAT(log, HasSubstr(R"("action":"orchestrator.forget","outcome":"ok")"));
  EXPECT_THAT(log, HasSubstr(R"("receipt_id":"r-1")"));
}

TEST_F(OrchestratorServiceTest, AnErasureWithoutACustomerIsRefusedByTheFieldsName) {
  grpc::ClientContext context;
  v1::ForgetResponse receipt;
  EXPECT_THAT(rpc::FromGrpc(stub_->Forget(&context, {}, &receipt)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("customer_id")));
}

TEST_F(OrchestratorServiceTest, StreamsEachStepAndThenTheResult) {
  grpc::ClientContext context;
  v1::StreamProcessCallRequest request;
  *request.mutable_call() = Source();
  const auto reader = stub_->StreamProcessCall(&context, request);
  std::vector<std::string> events;
  v1::StreamProcessCallResponse event;
  while (reader->Read(&event)) {
    if (event.has_step_started()) {
      events.push_back("start " + v1::PipelineStep_Name(event.step_started().step()).substr(14));
    } else if (event.has_step_finished()) {
      EXPECT_NE(event.step_finished().summary(), "");
      events.push_back("end " + v1::PipelineStep_Name(event.step_finished().step()).substr(14));
    } else {
      events.push_back("result " + event.result().call_id());
    }
  }
  ASSERT_OK(rpc::FromGrpc(reader->Finish()));
  EXPECT_THAT(events, ElementsAre("start PARSE", "end PARSE", "start RECALL", "end RECALL",
                                  "start ANALYZE", "end ANALYZE", "start WRITE", "end WRITE",
                                  "start SAVE", "end SAVE", "result c1"));
}

TEST_F(OrchestratorServiceTest, TheSameCallTwiceIsOneCall) {
  v1::CallResult first, second;
  ASSERT_OK(Process(Source(), first));
  ASSERT_OK(Process(Source(), second));
  EXPECT_TRUE(second.replayed());
  second.set_replayed(false);
  // The first answer was measured to its end, the stored one to its last step.
  first.clear_latency();
  second.clear_latency();
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(memory_server_.retained().size(), 1u);
  EXPECT_THAT(rpc_.metrics().Render(),
              HasSubstr("throughline_calls_total{outcome=\"replayed\"} 1"));
}

TEST_F(OrchestratorServiceTest, BadInputIsNamedAndNothingIsStored) {
  v1::CallResult result;
  v1::CallSource source = Source();
  source.set_call_date("2026-02-30");
  EXPECT_THAT(Process(source, result),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("call_date")));
  source = Source();
  source.clear_transcript();
  EXPECT_THAT(Process(source, result),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("transcript")));
  EXPECT_TRUE(memory_server_.retained().empty());
}

// Another replica may be quicker, and the caller has more time than a recall may take.
TEST_F(OrchestratorServiceTest, ACallWhoseMemoryIsLateMayBeSentAgain) {
  v1::CallResult result;
  v1::CallSource source = Source();
  source.set_customer_id("late");
  EXPECT_THAT(Process(source, result),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("memory did not answer in time")));
}

TEST_F(OrchestratorServiceTest, ListsACustomersCalls) {
  v1::CallResult result;
  ASSERT_OK(Process(Source(), result));
  grpc::ClientContext context;
  v1::ListCallsRequest request;
  request.set_customer_id("acme");
  v1::ListCallsResponse response;
  ASSERT_OK(rpc::FromGrpc(stub_->ListCalls(&context, request, &response)));
  ASSERT_EQ(response.calls_size(), 1);
  EXPECT_EQ(response.calls(0).decision_makers(0), "Ana Ruiz");
  EXPECT_EQ(response.calls(0).email_recipient(), "Ana Ruiz");
  EXPECT_EQ(response.calls(0).facts_added(), 1);
}

TEST_F(OrchestratorServiceTest, ASessionKnowsTheCustomerOrSaysThatItDoesNot) {
  const auto start = [&](const std::string& customer) {
    grpc::ClientContext context;
    v1::StartSessionRequest request;
    request.set_customer_id(customer);
    request.set_base_system_prompt("You are Jo.");
    v1::StartSessionResponse response;
    EXPECT_OK(rpc::FromGrpc(stub_->StartSession(&context, request, &response)));
    return response;
  };
  const v1::StartSessionResponse known = start("acme");
  EXPECT_TRUE(known.profile_included());
  EXPECT_EQ(known.profile_version(), 3);
  EXPECT_THAT(known.system_prompt(), HasSubstr("PDF by e-mail"));
  const v1::StartSessionResponse fresh = start("new");
  EXPECT_FALSE(fresh.profile_included());
  EXPECT_EQ(fresh.system_prompt(), "You are Jo.");
}

// A conversation is taken at once and processed later, once however often it is sent.
TEST_F(OrchestratorServiceTest, AnIngestedConversationBecomesACall) {
  v1::IngestRequest request;
  request.set_customer_id("acme");
  request.set_conversation_id("chat-1");
  for (const char* text : {"It costs too much.", "I see."}) {
    v1::ConversationMessage& message = *request.add_messages();
    message.set_role(request.messages_size() == 1 ? "Ana Ruiz" : "assistant");
    message.set_content(text);
  }
  v1::IngestResponse response;
  for (int i = 0; i < 2; ++i) {
    grpc::ClientContext context;
    ASSERT_OK(rpc::FromGrpc(stub_->Ingest(&context, request, &response)));
    EXPECT_EQ(response.job().state(), v1::JOB_STATE_QUEUED);
    EXPECT_EQ(response.job().call_id(), "chat-1");
  }
  EXPECT_EQ(jobs_taken_, 2);

  const Context worker = Context::Background();
  ASSERT_OK_AND_ASSIGN(const auto claimed, runner_->Claim(worker));
  ASSERT_TRUE(claimed.has_value());
  ASSERT_OK(Wait(runner_->RunClaimed(worker, *claimed)));
  ASSERT_OK_AND_ASSIGN(const auto again, runner_->Claim(worker));
  EXPECT_FALSE(again.has_value()) << "the second sending was the same job";

  grpc::ClientContext context;
  v1::GetJobRequest get;
  get.set_job_id(response.job().id());
  v1::GetJobResponse got;
  ASSERT_OK(rpc::FromGrpc(stub_->GetJob(&context, get, &got)));
  EXPECT_EQ(got.job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_TRUE(got.job().has_finished_at());

  grpc::ClientContext reading;
  v1::GetCallRequest call;
  call.set_customer_id("acme");
  call.set_call_id("chat-1");
  v1::GetCallResponse stored;
  ASSERT_OK(rpc::FromGrpc(stub_->GetCall(&reading, call, &stored)));
  EXPECT_EQ(stored.transcript().turns_size(), 2);
}

TEST_F(OrchestratorServiceTest, AConversationIsCheckedBeforeItIsTaken) {
  v1::IngestRequest request;
  request.set_customer_id("acme");
  v1::IngestResponse response;
  grpc::ClientContext context;
  EXPECT_THAT(rpc::FromGrpc(stub_->Ingest(&context, request, &response)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("messages")));
}

TEST(RetainRequestsTest, AVeryLongCallIsSplitWithItsConclusionsLast) {
  ComputedCall call;
  call.call.key = {.tenant = "t", .customer_id = "acme", .call_id = "c1"};
  for (int32_t i = 0; i < 12000; ++i) {
    call.call.transcript.turns.push_back({.index = i, .speaker = "Ana", .text = "Yes."});
  }
  call.call.transcript.turns[3].text.assign(20000, 'x');
  call.learned.facts = {{.text = "They agree."}};
  const auto requests = RetainRequests(call);
  ASSERT_EQ(requests.size(), 3u);
  int texts = 0;
  std::set<std::string> keys;
  for (const memory_v1::RetainRequest& request : requests) {
    texts += request.texts_size();
    keys.insert(request.idempotency_key());
    EXPECT_EQ(request.has_analysis(), &request == &requests.back());
    for (const memory_v1::VerbatimText& text : request.texts()) {
      EXPECT_LE(text.text().size(), 8000u);
    }
  }
  EXPECT_EQ(texts, 12002);
  EXPECT_EQ(keys.size(), 3u);
  EXPECT_EQ(requests.back().facts_size(), 1);
}

}  // namespace
}  // namespace throughline::orchestrator
