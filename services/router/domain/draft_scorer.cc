#include "services/router/domain/draft_scorer.h"

#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/router/domain/difficulty.h"
#include "services/router/domain/general_features.h"
#include "services/router/domain/judge/phrases.h"

namespace throughline::router {
namespace {

struct Weight {
  Feature feature;
  double weight;
  absl::string_view says;  // the defect it is evidence of; empty for what sound answers have, too
};

// For prompts that ask for a quantity. Fitted by tools/fit_draft_scorer.py --target weak --l2 10
// as a logistic regression on counts, the features outside this table left out (--drop); defects
// too rare to fit keep round values by judgement.
constexpr double kQuantityBias = 4.15;
constexpr Weight kQuantityWeights[] = {
    {Feature::kFinalFraction, -3.09, "the final number is not whole"},
    {Feature::kAnyWrongEquation, -1.39, "a sum does not add up"},
    {Feature::kDraftWords, -0.80, ""},
    {Feature::kEquations, 1.01, ""},
    {Feature::kFinalUnmarked, -1.46, "no final answer is marked"},
    {Feature::kUnusedNumbers, -1.90, "numbers of the question are not used"},
    {Feature::kDraftLines, 0.56, ""},
    {Feature::kFinalNotComputed, -0.96, "the final number is the result of no sum"},
    {Feature::kHedging, -1.19, "the answer hedges or corrects itself"},
    {Feature::kDraftNumbers, -0.55, ""},
    {Feature::kUnusedCount, -0.28, "several numbers of the question are not used"},
    {Feature::kPromptFraction, -0.55, ""},
    {Feature::kNoFinalNumber, -2.40, "the answer ends without a number"},
    {Feature::kFinalTiny, -0.89, "the final number is below one"},
    {Feature::kFinalLarge, -0.48, ""},
    {Feature::kPromptRemainder, -0.25, ""},
    {Feature::kPromptComparison, -0.18, ""},
    {Feature::kPromptRate, 0.20, ""},
    {Feature::kPromptTime, -0.09, ""},
    {Feature::kRepetition, -1.0, "the answer repeats itself"},
    {Feature::kCutOff, -2.0, "the answer stops in mid-sentence"},
    {Feature::kOtherLanguage, -2.0, "the answer is in another language than the question"},
    {Feature::kSelfContradiction, -1.5, "two final answers differ"},
};

// For every other prompt, where only defects are evidence. By judgement: an answer without defects
// to a plain question passes at 0.72, one plain defect fails it.
constexpr double kPlainBias = 2.2;
constexpr double kPlainDifficultyWeight = -2.0;
constexpr Weight kPlainWeights[] = {
    {Feature::kAnyWrongEquation, -2.5, "a sum does not add up"},
    {Feature::kHedging, -0.3, "the answer hedges or corrects itself"},
    {Feature::kRepetition, -4.0, "the answer repeats itself"},
    {Feature::kCutOff, -2.0, "the answer stops in mid-sentence"},
    {Feature::kOtherLanguage, -2.5, "the answer is in another language than the question"},
    {Feature::kSelfContradiction, -2.0, "two final answers differ"},
};
// Long answers are wanted where the prompt asks for something to be written or explained.
constexpr double kTooShortPenalty = -2.0;
constexpr double kShortWords = 12;

double Sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

// Adds up weights and remembers the strongest complaint.
class Tally {
 public:
  explicit Tally(double bias) : sum_(bias) {}

  void Add(double contribution, absl::string_view says) {
    sum_ += contribution;
    if (contribution < worst_ && !says.empty()) {
      worst_ = contribution;
      complaint_ = says;
    }
  }

  template <size_t N>
  void AddAll(const Weight (&weights)[N], const FeatureValues& values) {
    for (const Weight& row : weights) Add(row.weight * At(values, row.feature), row.says);
  }

  DraftScore Finish() const {
    DraftScore score{.value = Sigmoid(sum_)};
    score.explanation = complaint_.empty() ? std::string("No defect was found.")
                                           : absl::StrCat("What weighs most: ", complaint_, ".");
    return score;
  }

 private:
  double sum_;
  double worst_ = 0;
  absl::string_view complaint_;
};

}  // namespace

DraftScore ScoreGeneralDraft(absl::string_view prompt, absl::string_view draft) {
  if (absl::StripAsciiWhitespace(draft).empty()) return {0, "The draft is empty."};
  if (IsRefusal(draft)) return {0, "The draft declines to answer."};
  if (!FindLeak(draft).empty()) return {0, "The draft carries the model's reasoning."};
  const FeatureValues values = DraftFeatures(prompt, draft);
  if (At(values, Feature::kQuantityAsked) > 0) {
    Tally tally(kQuantityBias);
    tally.AddAll(kQuantityWeights, values);
    return tally.Finish();
  }
  Tally tally(kPlainBias);
  tally.Add(kPlainDifficultyWeight * EstimateDifficulty(prompt), "");
  tally.AddAll(kPlainWeights, values);
  const bool too_short =
      WantsLongAnswer(prompt) && std::expm1(At(values, Feature::kDraftWords)) < kShortWords;
  if (too_short) tally.Add(kTooShortPenalty, "the answer is very short");
  return tally.Finish();
}

}  // namespace throughline::router
