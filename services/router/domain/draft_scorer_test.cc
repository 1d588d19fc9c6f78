#include "services/router/domain/draft_scorer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "services/router/domain/difficulty.h"
#include "services/router/domain/general_features.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;

constexpr double kThreshold = 0.72;
constexpr char kBakery[] =
    "A bakery sells 12 loaves an hour for 5 hours and then 8 more loaves. How many loaves did it "
    "sell in total?";

double Score(absl::string_view prompt, absl::string_view draft) {
  return ScoreGeneralDraft(prompt, draft).value;
}

TEST(DraftScorer, ASoundCalculationPasses) {
  EXPECT_GE(Score(kBakery,
                  "In 5 hours it sells 12 * 5 = 60 loaves.\nWith the others that is 60 + 8 = 68 "
                  "loaves.\nThe answer is 68."),
            kThreshold);
}

TEST(DraftScorer, ASumThatDoesNotAddUpFails) {
  const DraftScore score = ScoreGeneralDraft(
      kBakery,
      "In 5 hours it sells 12 * 5 = 70 loaves.\nWith the others that is 70 + 8 = 78 loaves.\nThe "
      "answer is 78.");
  EXPECT_LT(score.value, kThreshold);
  EXPECT_THAT(score.explanation, HasSubstr("add up"));
}

TEST(DraftScorer, LeavingOutANumberOfTheQuestionCostsScore) {
  const double all = Score(kBakery, "12 * 5 = 60\n60 + 8 = 68\nThe answer is 68.");
  const double left_out = Score(kBakery, "12 * 5 = 60\nThe answer is 60.");
  EXPECT_LT(left_out, all);
}

TEST(DraftScorer, NonsenseArithmeticOfAPlainQuestionFails) {
  EXPECT_LT(Score("What is 17 + 25?", "17 + 25 = 5042"), kThreshold);
}

TEST(DraftScorer, APlainAnswerToAPlainQuestionPasses) {
  EXPECT_GE(Score("What is the capital of France?", "Paris."), kThreshold);
  EXPECT_GE(Score("Wie heißt die Hauptstadt von Österreich?", "Die Hauptstadt ist Wien."),
            kThreshold);
}

TEST(DraftScorer, DefectsFail) {
  EXPECT_EQ(Score("Name a colour.", ""), 0);
  EXPECT_EQ(Score("Name a colour.", "I'm sorry, but I can't help with that."), 0);
  EXPECT_EQ(Score("Name a colour.", "<think>blue?"), 0);
  std::string repeated;
  for (int i = 0; i < 40; ++i) absl::StrAppend(&repeated, "the sky is blue and ");
  EXPECT_LT(Score("Why is the sky blue?", repeated), kThreshold);
  EXPECT_LT(Score("What are the reasons that you would give for the move to the new office?",
                  "Die Gründe sind nicht neu und wir haben das mit der Leitung für die Firma "
                  "besprochen, und das ist die Antwort."),
            kThreshold);
  EXPECT_LT(Score("Explain how photosynthesis works.", "With light."), kThreshold);
}

TEST(Difficulty, ProofsAreHarderThanCapitals) {
  const double capital = EstimateDifficulty("What is the capital of France?");
  const double proof = EstimateDifficulty(
      "Prove by induction that the sum of the first n odd numbers is a square, and explain why the "
      "argument fails for even numbers.");
  EXPECT_LT(capital, 0.3);
  EXPECT_GT(proof, 0.5);
}

TEST(Difficulty, AWordOfItsSoundDoesNotMakeAPromptHard) {
  // "proof" inside "waterproof", "code" inside "decode", "create" in a shopping list.
  EXPECT_LT(EstimateDifficulty("Create a shopping list with a waterproof bag."), 0.3);
}

TEST(DraftFeatures, SumsAreWorkedAgain) {
  const FeatureValues values = DraftFeatures(kBakery, "12 * 5 = 60, 60 + 8 = 70");
  EXPECT_DOUBLE_EQ(At(values, Feature::kWrongEquations), 0.5);
  EXPECT_DOUBLE_EQ(At(values, Feature::kUnusedNumbers), 0);
  EXPECT_DOUBLE_EQ(At(values, Feature::kUnsupportedOperands), 0);
}

TEST(DraftFeatures, HostileInputTakesLinearTime) {
  // A rival takes 6 s for the first of these; each must be done within the test's patience.
  std::string however;
  std::string equals;
  std::string parentheses;
  for (int i = 0; i < 50'000; ++i) {
    absl::StrAppend(&however, "however ");
    absl::StrAppend(&equals, "1+1=");
    absl::StrAppend(&parentheses, "(1+");
  }
  for (const std::string& text : {however, equals, parentheses + "=1"}) {
    const double score = Score(text, text);
    EXPECT_GE(score, 0);
    EXPECT_LE(score, 1);
  }
}

}  // namespace
}  // namespace throughline::router
