// The router before a real model server, for `make test-llm`, which starts one (tests/llm), or
// before your own that speaks chat completions. Skipped without THROUGHLINE_LLM_URL.
//
//   llama-server -m small.gguf --port 8080 --jinja
//   THROUGHLINE_LLM_URL=http://127.0.0.1:8080/v1 make test-llm
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/rpc/service_runner.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/router/register.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::router {
namespace {

using ::testing::AnyOf;

std::string Variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

// What a model says differs from run to run; what the router makes of it must not.
class LlmServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("THROUGHLINE_LLM_URL") == nullptr) {
      GTEST_SKIP() << "set THROUGHLINE_LLM_URL to a model server, see this file";
    }
  }

  // `draft_threshold` above what any score reaches sends every prompt on.
  void Serve(double draft_threshold) {
    const std::string url = Variable("THROUGHLINE_LLM_URL", "");
    const std::string model = absl::StrCat(
        "provider: local, id: \"", Variable("THROUGHLINE_LLM_MODEL", "default"),
        "\", timeout: 120s, max_output_tokens: ", Variable("THROUGHLINE_LLM_MAX_TOKENS", "256"),
        ", reasoning_tokens: ", Variable("THROUGHLINE_LLM_REASONING_TOKENS", "1024"),
        ", price: {input: 1, output: 2}");
    const std::string config = directory_.Write(
        "router.yaml",
        absl::StrCat("providers:\n  local: {type: openai, base_url: \"", url,
                     "\", flavor: ", Variable("THROUGHLINE_LLM_FLAVOR", "llama.cpp"),
                     "}\nmodels:\n  - {name: draft, ", model, "}\n  - {name: strong, ", model,
                     "}\ntasks:\n  general: {cascade: [draft, strong], threshold: ",
                     draft_threshold, "}\n"));
    ASSERT_OK_AND_ASSIGN(
        module_, RouterModule::Make({.data_dir = directory_.File("data"), .config_path = config},
                                    metrics_, Clock::Real()));
    host_ = std::make_unique<rpc::ServiceHost>(
        rpc::ServiceFlags{.name = "router", .max_call_seconds = 600}, metrics_);
    module_->Register(*host_);
    ASSERT_OK(host_->Start());
    stub_ = v1::RouterService::NewStub(
        grpc::CreateChannel(host_->address(), grpc::InsecureChannelCredentials()));
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
    Tell(status.ok() ? response.text() : status.error_message());
    if (!status.ok()) return rpc::FromGrpc(status);
    return response;
  }

  // The latest decision, whether or not it came to an answer.
  v1::Decision Latest() {
    grpc::ClientContext context;
    v1::ListDecisionsResponse decisions;
    EXPECT_TRUE(stub_->ListDecisions(&context, {}, &decisions).ok());
    return decisions.decisions_size() > 0 ? decisions.decisions(0) : v1::Decision();
  }

  // Prints what happened, for people: models differ.
  void Tell(const std::string& outcome) {
    const v1::Decision decision = Latest();
    for (const v1::Attempt& attempt : decision.attempts()) {
      std::printf("  %-6s %-18s %-20s %4d + %d tokens  %5ld ms  %s\n", attempt.model().c_str(),
                  v1::AttemptRole_Name(attempt.role()).c_str(),
                  v1::AttemptOutcome_Name(attempt.outcome()).c_str(),
                  static_cast<int>(attempt.usage().input_uncached_tokens() +
                                   attempt.usage().input_cached_tokens()),
                  static_cast<int>(attempt.usage().output_visible_tokens() +
                                   attempt.usage().output_reasoning_tokens()),
                  static_cast<long>(attempt.latency().seconds() * 1000 +
                                    attempt.latency().nanos() / 1'000'000),
                  attempt.empty_cause().c_str());
    }
    std::printf("  %s: %s\n", v1::DecisionOutcome_Name(decision.outcome()).c_str(),
                outcome.c_str());
  }

  // An answer without reasoning, or none with the reason why.
  static void ExpectCleanOrRefused(const absl::StatusOr<v1::CompleteResponse>& answer) {
    if (!answer.ok()) {
      EXPECT_EQ(Reason(answer.status()), "NO_ACCEPTABLE_ANSWER") << answer.status();
      return;
    }
    EXPECT_FALSE(answer->text().empty());
    for (const char* mark : {"<think>", "</think>", "<|channel|>"}) {
      EXPECT_FALSE(absl::StrContains(answer->text(), mark)) << answer->text();
    }
  }

  TempDirectory directory_;
  MetricsRegistry metrics_;
  std::unique_ptr<RouterModule> module_;
  std::unique_ptr<rpc::ServiceHost> host_;
  std::unique_ptr<v1::RouterService::Stub> stub_;
};

TEST_F(LlmServerTest, ADraftIsMadeJudgedAndBilledByTheServersOwnCount) {
  Serve(0.0);
  const auto answer = Complete(Prompt("What is the capital of France? Answer in one sentence."));
  ExpectCleanOrRefused(answer);
  const v1::Decision decision = Latest();
  ASSERT_GE(decision.attempts_size(), 1);
  const v1::Attempt& draft = decision.attempts(0);
  EXPECT_EQ(draft.model(), "draft");
  EXPECT_FALSE(draft.usage().estimated());
  EXPECT_GT(draft.cost().nano_usd(), 0);
}

TEST_F(LlmServerTest, ARejectedDraftGoesOnToTheNextModel) {
  Serve(1.0);
  const auto answer = Complete(Prompt("Why is the sky blue? Answer in two sentences."));
  ExpectCleanOrRefused(answer);
  if (!answer.ok()) return;
  EXPECT_EQ(answer->decision().to_model(), "strong");
}

TEST_F(LlmServerTest, ThinkingStaysOutOfTheAnswer) {
  Serve(0.0);
  ExpectCleanOrRefused(
      Complete(Prompt("A train leaves at 9:40 and arrives at 11:05. How many minutes does it take? "
                      "Think it through, then give the number.")));
}

// A server whose model thinks until its tokens are gone: the empty answer is seen for what it is,
// and asked for once more with twice the tokens and without thinking.
TEST_F(LlmServerTest, EndlessThinkingIsNoticedAndAskedToEnd) {
  if (Variable("THROUGHLINE_LLM_THINKS", "") != "endless") {
    GTEST_SKIP() << "for a model that thinks without end: THROUGHLINE_LLM_THINKS=endless";
  }
  Serve(0.0);
  ExpectCleanOrRefused(Complete(Prompt("What is the capital of France?")));
  const v1::Decision decision = Latest();
  ASSERT_GE(decision.attempts_size(), 2);
  // It may also end its turn, thinking all the while.
  EXPECT_THAT(decision.attempts(0).empty_cause(), AnyOf("reasoning_exhausted", "stripped_empty"));
  EXPECT_EQ(decision.attempts(0).outcome(), v1::ATTEMPT_OUTCOME_REJECTED);
  EXPECT_GT(decision.attempts(0).cost().nano_usd(), 0);
  EXPECT_EQ(decision.attempts(1).role(), v1::ATTEMPT_ROLE_REPAIR);
  EXPECT_EQ(decision.attempts(1).empty_cause(), "");
}

// Thinking within the content is cut out of it, streamed or not.
TEST_F(LlmServerTest, TagsInTheContentAreCutOut) {
  if (Variable("THROUGHLINE_LLM_THINKS", "") != "tags") {
    GTEST_SKIP() << "for a model that thinks in tags: THROUGHLINE_LLM_THINKS=tags";
  }
  Serve(0.0);
  const auto answer = Complete(Prompt("What is the capital of France?"));
  ASSERT_OK(answer.status());
  EXPECT_FALSE(absl::StrContains(answer->text(), "think>")) << answer->text();
}

TEST_F(LlmServerTest, WhatIsStreamedIsTheAnswer) {
  Serve(0.0);
  grpc::ClientContext context;
  v1::StreamCompleteRequest request;
  *request.mutable_request() = Prompt("Name three colours.");
  const auto reader = stub_->StreamComplete(&context, request);
  std::string text;
  std::string completed;
  for (v1::StreamCompleteResponse message; reader->Read(&message);) {
    if (message.has_text()) text += message.text();
    if (message.has_completed()) completed = message.completed().text();
  }
  const absl::Status status = rpc::FromGrpc(reader->Finish());
  Tell(completed);
  if (status.ok()) {
    EXPECT_FALSE(completed.empty());
    EXPECT_EQ(text, completed);
  } else {
    EXPECT_TRUE(completed.empty());
  }
}

TEST_F(LlmServerTest, JsonThatWasAskedForMatchesItsSchemaOrIsNoAnswer) {
  if (Variable("THROUGHLINE_LLM_THINKS", "") == "tags") {
    GTEST_SKIP() << "llama.cpp refuses schemas where it leaves thinking in the content";
  }
  Serve(0.0);
  v1::CompleteRequest request = Prompt("Give the name and population of Paris as JSON.");
  request.mutable_contract()->set_json_schema(
      R"({"type":"object","properties":{"name":{"type":"string"},"population":{"type":"integer"}},)"
      R"("required":["name","population"],"additionalProperties":false})");
  const auto answer = Complete(request);
  ExpectCleanOrRefused(answer);
  if (!answer.ok()) return;
  const auto json = nlohmann::json::parse(answer->text(), nullptr, /*allow_exceptions=*/false);
  ASSERT_TRUE(json.is_object()) << answer->text();
  EXPECT_TRUE(json["name"].is_string());
  EXPECT_TRUE(json["population"].is_number_integer());
}

}  // namespace
}  // namespace throughline::router
