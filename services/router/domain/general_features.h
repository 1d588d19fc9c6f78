#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_GENERAL_FEATURES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_GENERAL_FEATURES_H_

#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "services/router/domain/answer_form.h"
#include "services/router/domain/read_text.h"

// What prompt and draft show, as numbers: the evidence that draft_scorer.cc weighs. Linear in both
// texts; pure; thread-safe.
namespace throughline::router {

enum class Feature : size_t {
  // Of the prompt.
  kQuantityAsked,     // 1 when it asks for a quantity to be worked out of others
  kPromptNumbers,     // log of how many quantities it names
  kPromptWords,       // log of its length
  kPromptSentences,   // log
  kPromptPercent,     // percentages
  kPromptFraction,    // halves, thirds, quarters
  kPromptComparison,  // "more than", "twice as", "times"
  kPromptRate,        // "per", "each", "every"
  kPromptRemainder,   // "left", "remaining", "rest"
  kPromptTime,        // hours, days, weeks
  // Of the draft.
  kDraftWords,           // log of its length
  kDraftNumbers,         // log
  kDraftLines,           // log
  kEquations,            // log of how many sums it writes out
  kWrongEquations,       // share of them that do not add up
  kAnyWrongEquation,     // 0 or 1
  kUnsupportedOperands,  // share of operands from neither prompt nor an earlier result
  kUnusedNumbers,        // share of the prompt's quantities the draft never mentions
  kUnusedCount,          // how many, up to 4
  kNoFinalNumber,        // a quantity is asked for and the draft ends without one
  kFinalFraction,        // the final number is not whole
  kFinalInPrompt,        // the final number is one the prompt gives
  kFinalNotComputed,     // the final number is the result of no sum
  kFinalUnmarked,   // a quantity is asked for; no sign of a final answer ("####", "the answer is",
                    // "therefore")
  kFinalLarge,      // log of its size
  kFinalTiny,       // zero, negative or below one
  kHedging,         // "assume", "however", "not enough information", "approximately"
  kAlgebra,         // unknowns are introduced
  kStepsPerNumber,  // sums per quantity of the prompt
  kRepetition,      // share of repeated word triples beyond a quarter
  kCutOff,          // ends in mid-sentence
  kOtherLanguage,   // answers in another language than the question's
  kSelfContradiction,  // states two different final answers
  kWrongResult,        // the prompt writes a sum out and the draft does not give its value
  kRightResult,        // it does
  kOffTopic,           // takes up nothing of the prompt
  kEcho,               // is the prompt over again
  kUngrounded,         // share of names and numbers that the prompt's text does not hold
  kFractionAsked,      // the prompt deals in fractions, money or rates, or asks for one
  kCount,
};

inline constexpr size_t kFeatureCount = static_cast<size_t>(Feature::kCount);

// Index with At(); names in the order of the enumeration for tools.
using FeatureValues = std::array<double, kFeatureCount>;
inline double& At(FeatureValues& values, Feature feature) {
  return values[static_cast<size_t>(feature)];
}
inline double At(const FeatureValues& values, Feature feature) {
  return values[static_cast<size_t>(feature)];
}
absl::string_view FeatureName(size_t feature);

// A prompt with all that is to be known of it before there is a draft. Borrows the text.
struct ReadPrompt {
  explicit ReadPrompt(absl::string_view prompt);

  const ReadText read;
  const FeatureValues features;  // the draft's are 0
  const double difficulty;       // as EstimateDifficulty has it
  const WantedForm wanted;
};

FeatureValues DraftFeatures(const ReadPrompt& prompt, const ReadText& draft);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_GENERAL_FEATURES_H_
