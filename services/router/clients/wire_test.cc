// How requests and answers look on the wire, in each dialect and flavor.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "services/router/clients/answer_stream.h"
#include "services/router/clients/chat_wire.h"
#include "services/router/clients/sse.h"

namespace throughline::router {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

struct Asked {
  Asked() {
    request.messages = {{.role = Role::kSystem, .content = "Be brief."},
                        {.role = Role::kUser, .content = "Name a colour."}};
    call = {
        .model = &model, .request = &request, .max_output_tokens = 100, .reasoning_tokens = 2000};
  }
  Model model{.name = "m", .provider = "p", .provider_id = "org/m", .reasoning_tokens = 2000};
  Request request;
  ModelCall call;
};

Json BodyIn(const char* flavor, const ModelCall& call) {
  return Json::parse(MakeChatDialect(*FindFlavor(flavor))->Body(call));
}

TEST(Flavors, DifferInTheNameOfTheTokenLimit) {
  const Asked asked;
  EXPECT_EQ(BodyIn("openai", asked.call)["max_completion_tokens"], 2100);
  EXPECT_FALSE(BodyIn("openai", asked.call).contains("max_tokens"));
  EXPECT_EQ(BodyIn("vllm", asked.call)["max_tokens"], 2100);
}

TEST(Flavors, DifferInHowASchemaIsAskedFor) {
  Asked asked;
  asked.request.contract.json_schema = R"({"type":"object"})";
  const auto format = [&](const char* flavor) {
    return BodyIn(flavor, asked.call)["response_format"];
  };
  EXPECT_EQ(format("groq"), Json({{"type", "json_object"}}));
  EXPECT_EQ(format("openai")["json_schema"]["schema"]["type"], "object");
  EXPECT_EQ(format("llama.cpp")["json_schema"]["schema"]["type"], "object");
  EXPECT_EQ(format("together")["type"], "json_object");
  EXPECT_EQ(format("together")["schema"]["type"], "object");
}

TEST(Flavors, DifferInHowThinkingIsAskedFor) {
  Asked asked;
  EXPECT_EQ(BodyIn("groq", asked.call)["reasoning_format"], "parsed");
  EXPECT_FALSE(BodyIn("groq", asked.call).contains("reasoning_effort"));
  asked.model.reasoning_effort = "medium";
  EXPECT_EQ(BodyIn("openai", asked.call)["reasoning_effort"], "medium");
  EXPECT_EQ(BodyIn("openrouter", asked.call)["reasoning"]["effort"], "medium");
  asked.call.think_less = true;
  EXPECT_EQ(BodyIn("openai", asked.call)["reasoning_effort"], "low");
  asked.model.provider_id = "openai/gpt-oss-20b";
  EXPECT_FALSE(BodyIn("groq", asked.call).contains("reasoning_format"));
  asked.model.reasoning_effort.clear();
  EXPECT_EQ(BodyIn("llama.cpp", asked.call)["chat_template_kwargs"]["enable_thinking"], false);
}

TEST(Flavors, AreToldByTheirHost) {
  EXPECT_EQ(FlavorOf("https://api.groq.com/openai/v1").name, "groq");
  EXPECT_EQ(FlavorOf("http://127.0.0.1:8080/v1").name, "generic");
}

TEST(Anthropic, PutsSystemTextApartAndThinkingInABudget) {
  Asked asked;
  asked.request.temperature = 0.5;
  const auto dialect = MakeAnthropicDialect();
  const Json body = Json::parse(dialect->Body(asked.call));
  EXPECT_EQ(body["system"], "Be brief.");
  EXPECT_EQ(body["messages"].size(), 1u);
  EXPECT_EQ(body["max_tokens"], 2100);
  EXPECT_EQ(body["thinking"]["budget_tokens"], 2000);
  EXPECT_FALSE(body.contains("temperature"));
  EXPECT_THAT(dialect->Headers("key"),
              ElementsAre(HasSubstr("anthropic-version: "), "x-api-key: key"));
  EXPECT_EQ(dialect->path(), "/messages");
}

TEST(Anthropic, ReadsBlocksAndCountsTheCacheBesideThePrompt) {
  const Asked asked;
  RawAnswer answer;
  ReadWholeBody(*MakeAnthropicDialect(),
                R"({"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Blue"}],
                    "stop_reason":"end_turn",
                    "usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":5}})",
                answer);
  ASSERT_OK_AND_ASSIGN(const ModelReply reply, ToReply(asked.call, std::move(answer)));
  EXPECT_EQ(reply.text, "Blue");
  EXPECT_EQ(reply.usage.input_uncached_tokens, 10);
  EXPECT_EQ(reply.usage.input_cached_tokens, 90);
  EXPECT_EQ(reply.usage.output_visible_tokens, 5);
  EXPECT_TRUE(reply.stripped_reasoning);
}

TEST(Anthropic, ReadsAStream) {
  const Asked asked;
  const auto dialect = MakeAnthropicDialect();
  AnswerStream stream(*dialect, asked.call);
  for (
      const char* event :
      {R"({"type":"message_start","message":{"usage":{"input_tokens":10,"output_tokens":1}}})",
       R"({"type":"ping"})",
       R"({"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}})",
       R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"Bl"}})",
       R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"ue"}})",
       R"({"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":7}})",
       R"({"type":"message_stop"})"}) {
    stream.Append(std::string("event: x\ndata: ") + event + "\n\n");
  }
  ASSERT_OK_AND_ASSIGN(const ModelReply reply, stream.Finish());
  EXPECT_EQ(reply.text, "Blue");
  EXPECT_EQ(reply.finish, FinishReason::kLength);
  EXPECT_EQ(reply.usage.input_uncached_tokens, 10);
  EXPECT_EQ(reply.usage.output_visible_tokens, 7);
}

TEST(Anthropic, AnOverloadMidStreamIsAnError) {
  const Asked asked;
  const auto dialect = MakeAnthropicDialect();
  AnswerStream stream(*dialect, asked.call);
  stream.Append(
      "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
      "\"message\":\"Overloaded\"}}\n\n");
  EXPECT_THAT(stream.Finish().status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("Overloaded")));
}

TEST(Streams, UsageIsTheLastOneGivenNeverASum) {
  const Asked asked;
  const auto dialect = MakeChatDialect(*FindFlavor("groq"));
  AnswerStream stream(*dialect, asked.call);
  stream.Append(
      "data: {\"choices\":[{\"delta\":{\"content\":\"Blue\"}}],"
      "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\r\n\r\n"
      ": a comment\n\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],"
      "\"x_groq\":{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}}\n\n");
  ASSERT_OK_AND_ASSIGN(const ModelReply reply, stream.Finish());
  EXPECT_EQ(reply.usage.InputTokens(), 9);
  EXPECT_EQ(reply.usage.OutputTokens(), 2);
}

TEST(Streams, ReasoningInFieldsOfItsOwnIsNoText) {
  const Asked asked;
  const auto dialect = MakeChatDialect(*FindFlavor("vllm"));
  for (const char* field : {"reasoning", "reasoning_content"}) {
    AnswerStream stream(*dialect, asked.call);
    stream.Append(std::string("data: {\"choices\":[{\"delta\":{\"") + field +
                  "\":\"hm\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Blue\"},"
                  "\"finish_reason\":\"stop\"}]}\n\n");
    ASSERT_OK_AND_ASSIGN(const ModelReply reply, stream.Finish());
    EXPECT_EQ(reply.text, "Blue");
    EXPECT_TRUE(reply.stripped_reasoning);
  }
}

TEST(Sse, EventsComeInAnyPieces) {
  const std::string whole = "data: one\n\ndata:two\r\ndata: lines\r\n\r\nid: 7\n\ndata: last";
  for (size_t piece = 1; piece <= whole.size(); ++piece) {
    SseReader reader;
    std::vector<std::string> events;
    const auto keep = [&](absl::string_view data) { events.emplace_back(data); };
    for (size_t at = 0; at < whole.size(); at += piece) {
      reader.Append(absl::string_view(whole).substr(at, piece), keep);
    }
    reader.Finish(keep);
    EXPECT_THAT(events, ElementsAre("one", "two\nlines", "last"));
  }
}

struct ErrorCase {
  int status;
  const char* body;
  Blame blame;
};
TEST(Errors, AreToldApartInEveryShape) {
  const ErrorCase cases[] = {
      {429, R"({"error":{"message":"try again in 5.289s.","type":"tokens"}})", Blame::kLimit},
      {429, R"({"error":{"code":"insufficient_quota"}})", Blame::kKey},
      {401, "", Blame::kKey},
      {400, R"({"type":"error","error":{"message":"prompt is too long: 9 > 8"}})", Blame::kTooLong},
      {400, R"({"error":{"code":400,"type":"exceed_context_size_error"}})", Blame::kTooLong},
      {400, R"({"error":{"code":"model_decommissioned"}})", Blame::kModel},
      {404, R"({"error":"model \"x\" not found"})", Blame::kModel},
      {529, R"({"type":"error","error":{"type":"overloaded_error"}})", Blame::kPassing},
      {422, "", Blame::kRequest}};
  for (const ErrorCase& one : cases) {
    const ProviderError error = ReadError({.status = one.status, .body = one.body}, absl::Now());
    EXPECT_EQ(error.blame, one.blame) << one.status << one.body;
  }
  EXPECT_EQ(ReadError({.status = 429, .body = cases[0].body}, absl::Now()).retry_after,
            absl::Milliseconds(5289));
}

}  // namespace
}  // namespace throughline::router
