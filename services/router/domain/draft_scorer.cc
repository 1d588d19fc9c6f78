#include "services/router/domain/draft_scorer.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/router/domain/answer_form.h"
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
constexpr double kQuantityBias = 4.51;
constexpr Weight kQuantityWeights[] = {
    {Feature::kFinalFraction, -3.65, "the final number is not whole"},
    {Feature::kAnyWrongEquation, -2.89, "a sum does not add up"},
    {Feature::kDraftWords, -0.91, ""},
    {Feature::kEquations, 0.85, ""},
    {Feature::kFinalUnmarked, -1.50, "no final answer is marked"},
    {Feature::kFinalNotComputed, -1.01, "the final number is the result of no sum"},
    {Feature::kUnusedNumbers, -1.73, "numbers of the question are not used"},
    {Feature::kHedging, -1.14, "the answer hedges or corrects itself"},
    {Feature::kDraftLines, 0.44, ""},
    {Feature::kUnusedCount, -0.28, "several numbers of the question are not used"},
    {Feature::kNoFinalNumber, -2.46, "the answer ends without a number"},
    {Feature::kDraftNumbers, -0.25, ""},
    {Feature::kFractionAsked, 0.24, ""},
    {Feature::kPromptFraction, -0.48, ""},
    {Feature::kPromptSentences, -0.45, ""},
    {Feature::kFinalTiny, -0.84, "the final number is below one"},
    {Feature::kPromptRate, 0.24, ""},
    {Feature::kPromptComparison, -0.18, ""},
    {Feature::kFinalLarge, -0.27, ""},
    {Feature::kRepetition, -4.0, "the answer repeats itself"},
    {Feature::kCutOff, -2.0, "the answer stops in mid-sentence"},
    {Feature::kOtherLanguage, -2.0, "the answer is in another language than the question"},
    {Feature::kSelfContradiction, -1.5, "two final answers differ"},
    {Feature::kOffTopic, -3.0, "the answer takes up nothing of the question"},
    {Feature::kEcho, -4.0, "the answer is the question over again"},
};
// Counts were fitted within these bounds; beyond them they say no more than at the bound.
struct Range {
  Feature feature;
  double least;
  double most;
};
constexpr Range kFittedRanges[] = {
    {Feature::kDraftWords, 2.3, 5.0},      {Feature::kEquations, 0, 2.2},
    {Feature::kDraftLines, 0, 3.0},        {Feature::kDraftNumbers, 1.8, 3.9},
    {Feature::kPromptSentences, 0.7, 2.1}, {Feature::kFinalLarge, 0, 1.2},
    {Feature::kHedging, 0, 1.1},           {Feature::kPromptComparison, 0, 1.6},
};

// For every other prompt, where only defects are evidence. By judgement: an answer without defects
// to a plain question passes at 0.72, one plain defect fails it.
constexpr double kPlainBias = 2.2;
constexpr double kPlainDifficultyWeight = -1.6;
constexpr Weight kPlainWeights[] = {
    {Feature::kWrongResult, -4.0, "the sum that was asked for has another value"},
    {Feature::kRightResult, 2.5, ""},
    {Feature::kAnyWrongEquation, -2.5, "a sum does not add up"},
    {Feature::kHedging, -0.3, "the answer hedges or corrects itself"},
    {Feature::kRepetition, -5.0, "the answer repeats itself"},
    {Feature::kCutOff, -2.0, "the answer stops in mid-sentence"},
    {Feature::kOtherLanguage, -2.5, "the answer is in another language than the question"},
    {Feature::kSelfContradiction, -2.0, "two final answers differ"},
    {Feature::kOffTopic, -3.0, "the answer takes up nothing of the question"},
    {Feature::kEcho, -4.0, "the answer is the question over again"},
    {Feature::kUngrounded, -3.0, "names or numbers do not stand in the text it was given"},
};
constexpr double kFormDefectPenalty = -2.5;
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

DraftScore ScoreGeneralDraft(const ReadPrompt& prompt, absl::string_view draft) {
  if (absl::StripAsciiWhitespace(draft).empty()) return {0, "The draft is empty."};
  if (IsRefusal(draft)) return {0, "The draft declines to answer."};
  if (!FindLeak(draft).empty()) return {0, "The draft carries the model's reasoning."};
  const ReadText answer(draft);
  FeatureValues values = DraftFeatures(prompt, answer);
  const WantedForm& wanted = prompt.wanted;
  if (wanted.translation) At(values, Feature::kOtherLanguage) = 0;
  if (wanted.translation || wanted.code || wanted.json) At(values, Feature::kOffTopic) = 0;
  const std::string defect = FindFormDefect(wanted, answer);
  if (At(values, Feature::kQuantityAsked) > 0 && !wanted.code && !wanted.json) {
    for (const Range& range : kFittedRanges) {
      double& value = At(values, range.feature);
      value = std::clamp(value, range.least, range.most);
    }
    Tally tally(kQuantityBias);
    tally.AddAll(kQuantityWeights, values);
    return tally.Finish();
  }
  Tally tally(kPlainBias);
  tally.Add(kPlainDifficultyWeight * prompt.difficulty, "");
  tally.AddAll(kPlainWeights, values);
  if (!defect.empty()) tally.Add(kFormDefectPenalty, defect);
  const bool too_short =
      WantsLongAnswer(prompt) && std::expm1(At(values, Feature::kDraftWords)) < kShortWords;
  if (too_short && !wanted.code && !wanted.translation && wanted.most_words == 0) {
    tally.Add(kTooShortPenalty, "the answer is very short");
  }
  return tally.Finish();
}

}  // namespace throughline::router
