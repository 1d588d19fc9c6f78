#include "services/router/domain/difficulty.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/string_view.h"
#include "services/router/domain/general_features.h"
#include "services/router/domain/text/any_of_finder.h"
#include "services/router/domain/text/bytes.h"
#include "services/router/domain/text/words.h"

namespace throughline::router {
namespace {

struct Weight {
  Feature feature;
  double weight;
};

// For prompts that ask for a quantity: fitted by tools/fit_draft_scorer.py on the prompt's features
// alone (--l2 30), sign turned.
constexpr double kQuantityBias = -4.29;
constexpr Weight kQuantityWeights[] = {
    {Feature::kPromptWords, 0.73},   {Feature::kPromptFraction, 0.51},
    {Feature::kPromptPercent, 0.35}, {Feature::kPromptRemainder, 0.25},
    {Feature::kPromptNumbers, 0.28}, {Feature::kPromptComparison, 0.16},
    {Feature::kPromptRate, -0.17},   {Feature::kPromptSentences, 0.20},
    {Feature::kPromptTime, 0.10},
};

// For every other prompt, by judgement: whole words and phrases only, each kind counted once.
struct CueGroup {
  double weight;
  text::Phrase cues[12];
};
constexpr double kPlainBias = -2.6;
constexpr double kPlainWordsWeight = 0.25;
constexpr double kMostPlainWords = 6;  // log; beyond, more text to read is no harder a question
constexpr double kNotationWeight = 1.4;
constexpr double kLongWordsWeight = 3.0;
constexpr double kUsualLongWords = 0.1;
constexpr double kMostLongWords = 0.5;
constexpr size_t kLongWordBytes = 10;
constexpr size_t kFewestWords = 6;
constexpr CueGroup kCueGroups[] = {
    {1.6,
     {" prove ", " proof ", " derive ", " theorem ", " integral ", " probability ", " eigenvalue ",
      " asymptotic ", " induction ", " beweise ", " démontre ", " demuestra "}},
    {1.0,
     {" implement ", " algorithm ", " function ", " code ", " program ", " python ", " c ", " sql ",
      " regex ", " debug ", " complexity ", " javascript "}},
    {0.8,
     {" compare ", " contrast ", " evaluate ", " critique ", " analyze ", " analyse ",
      " trade offs ", " tradeoffs ", " implications ", " pros and cons ", " justify "}},
    {0.7,
     {" step by step ", " explain why ", " explain how ", " in detail ", " comprehensive ",
      " detailed ", " thorough "}},
    {0.6,
     {" must ", " exactly ", " at least ", " at most ", " without using ", " ensure ", " do not ",
      " only use ", " format ", " json ", " table ", " constraints "}},
    {0.6,
     {" and then ", " finally ", " second ", " additionally ", " after that ", " also ",
      " as well as "}},
};
constexpr text::Phrase kLongAnswerCues[] = {
    " explain ",   " prove ",   " derive ",    " write ", " describe ", " compose ",
    " essay ",     " story ",   " discuss ",   " draft ", " outline ",  " summarize ",
    " summarise ", " compare ", " implement ", " design "};

double Sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

// Whether mathematics or logic is written in signs.
bool HasNotation(absl::string_view prompt) {
  static constexpr absl::string_view kNotation[] = {
      "^", "\\frac", "\\int", "\\sum", "\\sqrt", "∫",    "∑",   "√", "∀", "∃",
      "→", "≤",      "≥",     "∈",     "f(x",    "log(", "O(n", "⊃", "∨", "∧"};
  static constexpr text::AnyOfFinder kSigns(kNotation);
  // Each holds one of these, and most prompts hold none.
  bool may_have = false;
  text::ForEachMarked(
      prompt,
      [](text::Chunk chunk) {
        return chunk | chunk.Equal('^') | chunk.Equal('\\') | chunk.Equal('(');
      },
      [&](size_t, uint64_t) { may_have = true; });
  return may_have && kSigns.In(prompt);
}

// Share of words as long as technical terms are, up to kMostLongWords.
double LongWords(const text::WordList& words) {
  if (words.size() < kFewestWords) return kUsualLongWords;
  size_t long_words = 0;
  for (const text::WordList::Word& word : words.words()) {
    long_words += word.size >= kLongWordBytes ? 1 : 0;
  }
  return std::min(static_cast<double>(long_words) / static_cast<double>(words.size()),
                  kMostLongWords);
}

}  // namespace

double EstimateDifficulty(const ReadText& prompt, const FeatureValues& values) {
  if (At(values, Feature::kQuantityAsked) > 0) {
    double z = kQuantityBias;
    for (const Weight& row : kQuantityWeights) z += row.weight * At(values, row.feature);
    return Sigmoid(z);
  }
  double z =
      kPlainBias + kPlainWordsWeight * std::min(At(values, Feature::kPromptWords), kMostPlainWords);
  if (HasNotation(prompt.text)) z += kNotationWeight;
  z += kLongWordsWeight * (LongWords(prompt.folded_words) - kUsualLongWords);
  for (const CueGroup& group : kCueGroups) {
    if (prompt.HasAny(group.cues)) z += group.weight;
  }
  return Sigmoid(z);
}

bool WantsLongAnswer(const ReadPrompt& prompt) { return prompt.read.HasAny(kLongAnswerCues); }

}  // namespace throughline::router
