#include "services/router/domain/reasoning.h"

#include <gtest/gtest.h>

namespace throughline::router {
namespace {

TEST(Reasoning, EveryShapeOfThinkingIsTakenOut) {
  EXPECT_EQ(StripReasoning("<think>hm</think>\n\nBlue").text, "Blue");
  EXPECT_EQ(StripReasoning("hm, the sky</think>Blue").text, "Blue");
  EXPECT_EQ(StripReasoning("<think>a</think>x<think>b</think>Blue").text, "Blue");
  EXPECT_EQ(StripReasoning("<thinking>a</thinking> Blue").text, "Blue");
  EXPECT_EQ(StripReasoning("<|channel|>analysis<|message|>hm<|end|><|start|>assistant"
                           "<|channel|>final<|message|>Blue<|return|>")
                .text,
            "Blue");
}

TEST(Reasoning, ThinkingThatNeverEndsLeavesNothing) {
  for (const char* text : {"<think>hm", "Blue <think>or is it", "<think>a</think>Blue<think>",
                           "<|channel|>analysis<|message|>hm"}) {
    const VisibleAnswer answer = StripReasoning(text);
    EXPECT_TRUE(answer.unclosed) << text;
    EXPECT_EQ(answer.text, "") << text;
  }
}

TEST(Reasoning, AnAnswerWithoutItIsLeftAlone) {
  const VisibleAnswer answer = StripReasoning("a < b and b > c");
  EXPECT_EQ(answer.text, "a < b and b > c");
  EXPECT_FALSE(answer.stripped);
}

TEST(Reasoning, AFenceAroundAllOfTheJsonGoes) {
  EXPECT_EQ(StripFence("```json\n{\"a\":1}\n```"), "{\"a\":1}");
  EXPECT_EQ(StripFence("```\n{}\n```\n"), "{}");
  EXPECT_EQ(StripFence("```python\nx\n```"), "```python\nx\n```");
  EXPECT_EQ(StripFence("{}"), "{}");
}

}  // namespace
}  // namespace throughline::router
