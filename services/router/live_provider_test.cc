// The router as platform teams meet it: hosted, over gRPC, with models behind HTTP. Streams, shadow
// calls, and every kind of bad input.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/rpc/service_runner.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/register.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;
using Said = HttpImposter::Answer;

constexpr char kGood[] = "The capital of France is Paris.";

std::string Body(const std::string& content) {
  return Json{{"choices", {{{"message", {{"content", content}}}, {"finish_reason", "stop"}}}},
              {"usage", {{"prompt_tokens", 100}, {"completion_tokens", 50}}}}
      .dump();
}

std::string Event(const std::string& text, const char* finish = nullptr) {
  Json choice = {{"delta", {{"content", text}}}};
  if (finish != nullptr) choice["finish_reason"] = finish;
  return absl::StrCat("data: ", Json{{"choices", {choice}}}.dump(), "\n\n");
}

v1::CompleteRequest Prompt(const std::string& text = "What is the capital of France?") {
  v1::CompleteRequest request;
  v1::Message& message = *request.add_messages();
  message.set_role(v1::ROLE_USER);
  message.set_content(text);
  return request;
}

class LiveProviderTest : public ::testing::Test {
 protected:
  // Hosts a router; `task` is what the configuration says of general prompts, `more` its end.
  void Serve(const std::string& task = "cascade: [small, large]", const std::string& more = "") {
    small_.Say({{.body = Body(kGood)}});
    large_.Say({{.body = Body(kGood)}});
    const std::string config = directory_.Write(
        "router.yaml",
        absl::StrCat("providers:\n  p0: {type: openai, base_url: \"", small_.url(),
                     "\"}\n  p1: {type: openai, base_url: \"", large_.url(),
                     "\"}\nmodels:\n"
                     "  - {name: small, provider: p0, price: {input: 1, output: 2}, "
                     "context_tokens: 10000}\n"
                     "  - {name: large, provider: p1, price: {input: 10, output: 20}, "
                     "context_tokens: 10000}\n"
                     "tasks:\n  general: {",
                     task, "}\n", more));
    ASSERT_OK_AND_ASSIGN(
        module_, RouterModule::Make({.data_dir = directory_.File("data"), .config_path = config},
                                    metrics_, Clock::Real()));
    host_ = std::make_unique<rpc::ServiceHost>(rpc::ServiceFlags{.name = "router"}, metrics_);
    module_->Register(*host_);
    ASSERT_OK(host_->Start());
    stub_ = v1::RouterService::NewStub(
        grpc::CreateChannel(host_->address(), grpc::InsecureChannelCredentials()));
  }

  absl::StatusOr<v1::CompleteResponse> Complete(const v1::CompleteRequest& request) {
    grpc::ClientContext context;
    v1::CompleteResponse response;
    const grpc::Status status = stub_->Complete(&context, request, &response);
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  struct Streamed {
    std::vector<std::string> texts;
    std::optional<v1::CompleteResponse> completed;
    absl::Status status;

    std::string text() const {
      std::string all;
      for (const std::string& piece : texts) all += piece;
      return all;
    }
  };
  Streamed Stream(const v1::CompleteRequest& request) {
    grpc::ClientContext context;
    v1::StreamCompleteRequest wanted;
    *wanted.mutable_request() = request;
    const auto reader = stub_->StreamComplete(&context, wanted);
    Streamed streamed;
    for (v1::StreamCompleteResponse message; reader->Read(&message);) {
      if (message.has_text()) streamed.texts.push_back(message.text());
      if (message.has_completed()) streamed.completed = message.completed();
    }
    streamed.status = rpc::FromGrpc(reader->Finish());
    return streamed;
  }

  // The latest decision on record.
  v1::Decision Latest() {
    grpc::ClientContext context;
    v1::ListDecisionsResponse decisions;
    EXPECT_TRUE(stub_->ListDecisions(&context, {}, &decisions).ok());
    return decisions.decisions_size() == 0 ? v1::Decision() : decisions.decisions(0);
  }

  TempDirectory directory_;
  HttpImposter small_;
  HttpImposter large_;
  MetricsRegistry metrics_;
  std::unique_ptr<RouterModule> module_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::unique_ptr<v1::RouterService::Stub> stub_;
};

TEST_F(LiveProviderTest, TextOfTheLastModelGoesOutWhileItIsWritten) {
  Serve("cascade: [large]");
  large_.Say({{.headers = {"Content-Type: text/event-stream"},
               .body = absl::StrCat(Event("The capital of France"), Event(" is Paris."),
                                    Event("", "stop"), "data: [DONE]\n\n"),
               .chunk_bytes = 30,
               .pause = std::chrono::milliseconds(3)}});
  const Streamed streamed = Stream(Prompt());
  ASSERT_OK(streamed.status);
  EXPECT_GE(streamed.texts.size(), 2u);
  EXPECT_EQ(streamed.text(), kGood);
  ASSERT_TRUE(streamed.completed.has_value());
  EXPECT_EQ(streamed.completed->text(), kGood);
  const v1::Decision decision = Latest();
  ASSERT_EQ(decision.attempts_size(), 1);
  EXPECT_TRUE(decision.attempts(0).has_time_to_first_text());
  EXPECT_TRUE(decision.attempts(0).usage().estimated());  // this stream gave no counts
}

TEST_F(LiveProviderTest, ADraftThatIsRejectedNeverReachesTheStream) {
  Serve();
  small_.Say({{.headers = {"Content-Type: text/event-stream"},
               .body = absl::StrCat(Event("I can't help with that."), Event("", "stop")),
               .chunk_bytes = 30}});
  large_.Say({{.headers = {"Content-Type: text/event-stream"},
               .body = absl::StrCat(Event(kGood), Event("", "stop")),
               .chunk_bytes = 30}});
  const Streamed streamed = Stream(Prompt());
  ASSERT_OK(streamed.status);
  EXPECT_EQ(streamed.text(), kGood);
  EXPECT_EQ(Latest().outcome(), v1::DECISION_OUTCOME_ESCALATED);
  EXPECT_EQ(Latest().reason(), v1::DECISION_REASON_REFUSAL);
}

TEST_F(LiveProviderTest, AStreamCutAfterItsFirstTextIsNeverPresentedAsWhole) {
  Serve("cascade: [large]");
  large_.Say({{.headers = {"Content-Type: text/event-stream"},
               .body = Event("The capital of"),
               .chunk_bytes = 1000,
               .end = Said::End::kCut}});
  const Streamed streamed = Stream(Prompt());
  EXPECT_THAT(streamed.status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(streamed.text(), "The capital of");
  EXPECT_FALSE(streamed.completed.has_value());
  EXPECT_EQ(Latest().outcome(), v1::DECISION_OUTCOME_FAILED);
  EXPECT_GT(Latest().cost().nano_usd(), 0);  // on the bill all the same
}

TEST_F(LiveProviderTest, AShareOfAcceptedDraftsIsHeldAgainstTheStrongestModel) {
  Serve("cascade: [small, large], shadow_share: 1");
  ASSERT_OK_AND_ASSIGN(const v1::CompleteResponse response, Complete(Prompt()));
  EXPECT_EQ(response.decision().outcome(), v1::DECISION_OUTCOME_ACCEPTED);
  const v1::Decision decision = Latest();
  ASSERT_EQ(decision.attempts_size(), 2);
  EXPECT_EQ(decision.attempts(1).role(), v1::ATTEMPT_ROLE_SHADOW);
  EXPECT_EQ(decision.attempts(1).model(), "large");
  EXPECT_EQ(decision.cost().nano_usd(), 200'000 + 2'000'000);
  EXPECT_TRUE(absl::StrContains(
      metrics_.Render(),
      "throughline_router_shadow_agreement_total{agrees=\"yes\",task=\"general\"} 1"));
}

TEST_F(LiveProviderTest, EmptyMessagesAreRefused) {
  Serve();
  EXPECT_THAT(Complete({}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("messages")));
}

TEST_F(LiveProviderTest, AContractWithAnInvalidSchemaIsRefusedBeforeAnybodyIsAsked) {
  Serve();
  // The last ones are what a schema library may not survive.
  for (const char* schema :
       {"{", "[]", R"({"type": "objekt"})", R"({"type": 7})", R"({"required": "a"})",
        R"({"properties": []})", R"({"minimum": "one"})", R"({"enum": {}})", R"({"maxLength": -1})",
        R"({"pattern": "("})", R"({"items": 3})", R"({"$ref": "http://x/y"})",
        R"({"properties": {"a": {"$ref": "#/none"}}})", R"({"$ref": "#"})"}) {
    v1::CompleteRequest request = Prompt();
    request.mutable_contract()->set_json_schema(schema);
    EXPECT_THAT(Complete(request),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("contract.json_schema")))
        << schema;
  }
  EXPECT_TRUE(small_.seen().empty());
}

TEST_F(LiveProviderTest, APromptOverEveryContextIsTheCallersToShorten) {
  Serve();
  EXPECT_THAT(Complete(Prompt(std::string(200'000, 'x'))),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("messages")));
  EXPECT_TRUE(small_.seen().empty());
  EXPECT_TRUE(large_.seen().empty());
  EXPECT_EQ(Latest().outcome(), v1::DECISION_OUTCOME_FAILED);  // on record, not lost
}

TEST_F(LiveProviderTest, ABudgetThatCoversNothingIsSaidAndCostsNothing) {
  Serve();
  v1::CompleteRequest request = Prompt();
  request.set_max_cost_nano_usd(1);
  const absl::Status refused = Complete(request).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("max_cost")));
  EXPECT_EQ(Reason(refused), "BUDGET_EXHAUSTED");
  // The same request can never fit: there is no time after which to send it again.
  EXPECT_FALSE(RetryAfter(refused).has_value());
  EXPECT_TRUE(small_.seen().empty());
}

TEST_F(LiveProviderTest, AnExhaustedBudgetSaysWhenToComeBack) {
  Serve("cascade: [small, large]",
        "budgets:\n  - {name: tiny, scope: tenant, window: day, limit_usd: 0.000000001}\n");
  const absl::Status refused = Complete(Prompt()).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("\"tiny\"")));
  EXPECT_EQ(Reason(refused), "BUDGET_EXHAUSTED");
  EXPECT_TRUE(RetryAfter(refused).has_value());
}

TEST_F(LiveProviderTest, OutputThatIsNoUtf8EscalatesAndIsKeptReadable) {
  Serve();
  small_.Say({{.body = absl::StrCat(R"({"choices":[{"message":{"content":")", "\xC3\x28",
                                    R"("},"finish_reason":"stop"}]})")}});
  ASSERT_OK_AND_ASSIGN(const v1::CompleteResponse response, Complete(Prompt()));
  EXPECT_EQ(response.text(), kGood);
  EXPECT_EQ(Latest().outcome(), v1::DECISION_OUTCOME_ESCALATED);
}

TEST_F(LiveProviderTest, WhatEveryModelGetsWrongIsAnErrorAndNoAnswer) {
  Serve();
  small_.Say({{.body = Body("I cannot help with that.")}});
  large_.Say({{.body = Body("I cannot help with that.")}});
  const absl::Status failed = Complete(Prompt()).status();
  EXPECT_THAT(failed, StatusIs(absl::StatusCode::kFailedPrecondition,
                               Not(HasSubstr("I cannot help with that"))));
  EXPECT_EQ(Reason(failed), "NO_ACCEPTABLE_ANSWER");
  const v1::Decision decision = Latest();
  EXPECT_EQ(decision.outcome(), v1::DECISION_OUTCOME_FAILED);
  EXPECT_TRUE(decision.to_model().empty());
  EXPECT_GT(decision.attempts_size(), 1);
}

TEST_F(LiveProviderTest, AKeyThatIsNoHeaderIsRefusedAtTheStart) {
  ASSERT_EQ(setenv("THROUGHLINE_TEST_BAD_KEY", "sk-1\r\nX-Evil: 1", 1), 0);
  const std::string config = directory_.Write(
      "router.yaml", absl::StrCat("providers:\n  p0: {type: openai, base_url: \"", small_.url(),
                                  "\", api_key_env: THROUGHLINE_TEST_BAD_KEY}\nmodels:\n"
                                  "  - {name: small, provider: p0}\n"));
  EXPECT_THAT(
      RouterModule::Make({.data_dir = directory_.File("data"), .config_path = config}, metrics_,
                         Clock::Real())
          .status(),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               ::testing::AllOf(HasSubstr("THROUGHLINE_TEST_BAD_KEY"), Not(HasSubstr("sk-1")))));
}

}  // namespace
}  // namespace throughline::router
