#include "services/router/domain/model_span.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

#include "common/testing/collecting_tracer.h"

namespace throughline::router {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kWords[] = "Ada will not sign above forty thousand";

class ModelSpanTest : public ::testing::Test {
 protected:
  static SpanValue Text(const char* text) { return std::string(text); }

  const Model model_{.name = "openai/small", .provider = "openai", .provider_id = "gpt-4o-mini"};
  const Request request_{.messages = {{.content = kWords}}, .temperature = 0.5};
  const ModelCall call_{.model = &model_,
                        .request = &request_,
                        .repair_note = kWords,
                        .max_output_tokens = 400,
                        .reasoning_tokens = 100};
  CollectingTracer tracer_;
};

TEST_F(ModelSpanTest, SaysWhichModelAndWhatItCostButNotAWord) {
  const Context context = tracer_.RecordedContext();
  {
    ModelSpan span(context, call_);
    span.Note({.model = "openai/small",
               .provider = "openai",
               .role = AttemptRole::kRepair,
               .outcome = AttemptOutcome::kRejected,
               .reason = DecisionReason::kUngroundedQuote,
               .score = 0.25,
               .usage = {.input_uncached_tokens = 70,
                         .input_cached_tokens = 30,
                         .output_visible_tokens = 9},
               .cost = {.nano_usd = 1'500'000'000},
               .explanation = kWords});
  }
  ASSERT_THAT(tracer_.spans(), SizeIs(1));
  const SpanRecord span = tracer_.spans()[0];
  EXPECT_EQ(span.name, "chat gpt-4o-mini");
  EXPECT_EQ(span.kind, SpanKind::kClient);
  EXPECT_FALSE(span.failed) << "it answered";
  EXPECT_THAT(span.attributes,
              IsSupersetOf({Pair("gen_ai.operation.name", Text("chat")),
                            Pair("gen_ai.provider.name", Text("openai")),
                            Pair("gen_ai.system", Text("openai")),
                            Pair("gen_ai.request.model", Text("gpt-4o-mini")),
                            Pair("gen_ai.request.max_tokens", SpanValue(int64_t{500})),
                            Pair("gen_ai.request.temperature", SpanValue(0.5)),
                            Pair("gen_ai.usage.input_tokens", SpanValue(int64_t{100})),
                            Pair("gen_ai.usage.output_tokens", SpanValue(int64_t{9})),
                            Pair("throughline.attempt.role", Text("repair")),
                            Pair("throughline.attempt.outcome", Text("rejected")),
                            Pair("throughline.attempt.reason", Text("ungrounded_quote")),
                            Pair("throughline.cost_usd", SpanValue(1.5))}));
  for (const auto& [key, value] : span.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      EXPECT_THAT(*text, Not(HasSubstr("Ada"))) << key;
    }
  }
}

TEST_F(ModelSpanTest, AModelThatDidNotAnswerHasFailed) {
  const Context context = tracer_.RecordedContext();
  ModelSpan(context, call_)
      .Note({.outcome = AttemptOutcome::kError,
             .reason = DecisionReason::kProviderError,
             .cost = {.unpriced = true}});
  ASSERT_THAT(tracer_.spans(), SizeIs(1));
  const SpanRecord span = tracer_.spans()[0];
  EXPECT_TRUE(span.failed);
  EXPECT_THAT(span.attributes, Contains(Pair("error.type", Text("provider_error"))));
  EXPECT_THAT(span.attributes, Not(Contains(Pair("throughline.cost_usd", testing::_))))
      << "a price that is not known is not zero";
}

TEST_F(ModelSpanTest, ADecisionSaysWhatWasSaved) {
  const Context context = tracer_.RecordedContext();
  {
    Span span(context, "route", "analyze_call");
    NoteDecision({.id = "dec_1",
                  .outcome = DecisionOutcome::kEscalated,
                  .reason = DecisionReason::kSchemaViolation,
                  .explanation = kWords,
                  .from_model = "small",
                  .to_model = "large",
                  .cost = {.nano_usd = 500'000'000},
                  .baseline_cost = {.nano_usd = 1'000'000'000}},
                 span);
  }
  EXPECT_THAT(tracer_.spans().at(0).attributes,
              testing::ElementsAre(Pair("throughline.decision.id", Text("dec_1")),
                                   Pair("throughline.decision.outcome", Text("escalated")),
                                   Pair("throughline.decision.reason", Text("schema_violation")),
                                   Pair("throughline.decision.from_model", Text("small")),
                                   Pair("throughline.decision.to_model", Text("large")),
                                   Pair("throughline.cost_usd", SpanValue(0.5)),
                                   Pair("throughline.baseline_cost_usd", SpanValue(1.0))));
}

}  // namespace
}  // namespace throughline::router
