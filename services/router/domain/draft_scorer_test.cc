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
  return ScoreGeneralDraft(ReadPrompt(prompt), draft).value;
}

TEST(DraftScorer, ASoundCalculationPasses) {
  EXPECT_GE(Score(kBakery,
                  "In 5 hours it sells 12 * 5 = 60 loaves.\nWith the others that is 60 + 8 = 68 "
                  "loaves.\nThe answer is 68."),
            kThreshold);
}

TEST(DraftScorer, ASumThatDoesNotAddUpFails) {
  const DraftScore score = ScoreGeneralDraft(
      ReadPrompt(kBakery),
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

struct Pair {
  const char* prompt;
  const char* sound;
  const char* broken;
};

// Prompts of all sorts, each with an answer that may be used and one whose defect shows.
constexpr Pair kPairs[] = {
    {"What is 17 + 25?", "42", "43"},
    {"Calculate 12 * 5 + 8.", "12 * 5 = 60, and 60 + 8 = 68.", "12 * 5 = 70, 70 + 8 = 78"},
    {"What is 3/4 + 1/8?", "6/8 + 1/8 = 7/8, which is 0.875.", "3/4 + 1/8 = 4/12 = 1/3"},
    {"Simplify \\frac{1}{2} + \\frac{1}{3}.", "\\frac{1}{2} + \\frac{1}{3} = \\frac{5}{6}",
     "\\frac{1}{2} + \\frac{1}{3} = \\frac{2}{5}"},
    {"What is the derivative of 3x^2 + 2x at x = 4?",
     "The derivative is 6x + 2. At x = 4 it is 6 * 4 + 2 = 26.",
     "The derivative is 6x + 2. At x = 4 it is 6 * 4 + 2 = 30."},
    {"Ein Bäcker verkauft 12 Brote pro Stunde, 5 Stunden lang, und danach noch 8 Brote. Wie viele "
     "Brote hat er insgesamt verkauft?",
     "In 5 Stunden verkauft er 12 * 5 = 60 Brote.\nZusammen sind das 60 + 8 = 68 Brote.\nDie "
     "Antwort ist 68.",
     "In 5 Stunden verkauft er 12 * 5 = 70 Brote.\nZusammen sind das 70 + 8 = 78 Brote.\nDie "
     "Antwort ist 78."},
    {"Una tienda vende 15 camisas a 20 euros y 10 pantalones a 30 euros. ¿Cuánto dinero gana en "
     "total?",
     "15 * 20 = 300 euros por las camisas.\n10 * 30 = 300 euros por los pantalones.\n300 + 300 = "
     "600 euros. La respuesta es 600.",
     "Gana mucho dinero."},
    {"Write a Python function that returns the n-th Fibonacci number.",
     "```python\ndef fib(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n"
     "    return a\n```",
     "The Fibonacci numbers are a famous sequence where each is the sum of the two before it."},
    {"Write a Python function that adds two numbers.", "def add(a, b):\n    return a + b",
     "```python\ndef add(a, b):\n    # your code here\n```"},
    {"Extract name and amount as JSON: Invoice of Marta Klein over 1,250 euros, due on 3 May.",
     "{\"name\": \"Marta Klein\", \"amount\": 1250}", "Name: Marta Klein, amount: 1250"},
    {"According to the following text, when does the store open? Text: The store in Main Street "
     "opens at 9 in the morning from Monday to Friday and at 10 on Saturday.",
     "It opens at 9 from Monday to Friday and at 10 on Saturday.",
     "It opens at 7 from Monday to Thursday, says Mister Johnson at Harbour Road."},
    {"Which planet is the largest?\nA. Mars\nB. Jupiter\nC. Venus\nAnswer:", "B", "Pluto"},
    {"Is 17 a prime number? Answer yes or no.", "Yes.", "It depends on how you see it."},
    {"List five fruits.", "1. Apple\n2. Pear\n3. Plum\n4. Fig\n5. Cherry",
     "1. Apple\n2. Pear\n3. Plum"},
    {"What is the boiling point of water at sea level?", "100 degrees Celsius.",
     "I like turtles because they swim through the big blue ocean with all of their friends."},
    {"A train travels 120 km in 1.5 hours. How fast is it on average?",
     "120 / 1.5 = 80 km/h. The answer is 80 km/h.", "120 / 1.5 = 90 km/h. The answer is 90 km/h."},
    {"Prove that the square root of 2 is irrational.",
     "Suppose sqrt(2) = p/q in lowest terms. Then p^2 = 2q^2, so p is even, p = 2r. Then 4r^2 = "
     "2q^2, so q is even, too: p/q was not in lowest terms, a contradiction.",
     "It is well known."},
    {"Сколько будет дважды два и почему?", "Дважды два будет четыре, ведь это два раза по два.",
     "Two times two is four, because that is what multiplication does."},
};

TEST(DraftScorer, CarriesOverToPromptsOfAllSorts) {
  for (const Pair& pair : kPairs) {
    EXPECT_GE(Score(pair.prompt, pair.sound), kThreshold) << pair.prompt << "\n" << pair.sound;
    EXPECT_LT(Score(pair.prompt, pair.broken), kThreshold) << pair.prompt << "\n" << pair.broken;
  }
}

TEST(Difficulty, ProofsAreHarderThanCapitals) {
  const double capital = ReadPrompt("What is the capital of France?").difficulty;
  const double proof =
      ReadPrompt(
          "Prove by induction that the sum of the first n odd numbers is a square, and explain why "
          "the argument fails for even numbers.")
          .difficulty;
  EXPECT_LT(capital, 0.3);
  EXPECT_GT(proof, 0.5);
}

TEST(Difficulty, AWordOfItsSoundDoesNotMakeAPromptHard) {
  // "proof" inside "waterproof", "code" inside "decode", "create" in a shopping list.
  EXPECT_LT(ReadPrompt("Create a shopping list with a waterproof bag.").difficulty, 0.3);
}

TEST(DraftFeatures, SumsAreWorkedAgain) {
  const FeatureValues values =
      DraftFeatures(ReadPrompt(kBakery), ReadText("12 * 5 = 60, 60 + 8 = 70"));
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
