#include "services/router/domain/shadow.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace throughline::router {
namespace {

TEST(Shadow, AnswersAgreeByWhatTheySay) {
  EXPECT_TRUE(Agree("{\"a\": 1, \"b\": [2]}", "{\"b\":[2],\"a\":1}"));
  EXPECT_FALSE(Agree("{\"a\": 1}", "{\"a\": 2}"));
  EXPECT_FALSE(Agree("{\"a\": 1}", "one"));
  EXPECT_TRUE(Agree("12 * 5 = 60. The answer is 60.", "He makes sixty, that is 60."));
  EXPECT_FALSE(Agree("The answer is 60.", "The answer is 70."));
  EXPECT_TRUE(Agree("Paris.", "The capital of France is Paris."));
  EXPECT_FALSE(Agree("Lyon.", "The capital of France is Paris."));
}

TEST(Shadow, TheShareIsKeptAndTheSameEverywhere) {
  int sampled = 0;
  for (int i = 0; i < 10'000; ++i) sampled += IsSampled(absl::StrCat("dec_", i), 0.05) ? 1 : 0;
  EXPECT_GT(sampled, 400);
  EXPECT_LT(sampled, 600);
  EXPECT_FALSE(IsSampled("dec_1", 0));
  EXPECT_TRUE(IsSampled("dec_1", 1));
}

}  // namespace
}  // namespace throughline::router
