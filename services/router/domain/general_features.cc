#include "services/router/domain/general_features.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "services/router/domain/difficulty.h"
#include "services/router/domain/relevance.h"
#include "services/router/domain/text/any_of_finder.h"
#include "services/router/domain/text/bytes.h"
#include "services/router/domain/text/equations.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/language.h"
#include "services/router/domain/text/numbers.h"
#include "services/router/domain/text/words.h"

namespace throughline::router {
namespace {

constexpr absl::string_view kNames[] = {
    "quantity_asked",
    "prompt_numbers",
    "prompt_words",
    "prompt_sentences",
    "prompt_percent",
    "prompt_fraction",
    "prompt_comparison",
    "prompt_rate",
    "prompt_remainder",
    "prompt_time",
    "draft_words",
    "draft_numbers",
    "draft_lines",
    "equations",
    "wrong_equations",
    "any_wrong_equation",
    "unsupported_operands",
    "unused_numbers",
    "unused_count",
    "no_final_number",
    "final_fraction",
    "final_in_prompt",
    "final_not_computed",
    "final_unmarked",
    "final_large",
    "final_tiny",
    "hedging",
    "algebra",
    "steps_per_number",
    "repetition",
    "cut_off",
    "other_language",
    "self_contradiction",
    "wrong_result",
    "right_result",
    "off_topic",
    "echo",
    "ungrounded",
    "fraction_asked",
};
static_assert(std::size(kNames) == kFeatureCount);

// Where a final answer is looked for when nothing marks it.
constexpr size_t kEndingBytes = 160;
constexpr double kMostUnused = 4;
constexpr double kUsualRepetition = 0.25;
constexpr double kFractionAtHome = 0.4;

double Log(size_t count) { return std::log1p(static_cast<double>(count)); }
double Flag(bool value) { return value ? 1.0 : 0.0; }

constexpr text::Phrase kFractionCues[] = {" half ",     " halves ",   " third ",  " thirds ",
                                          " quarter ",  " quarters ", " fourth ", " fifth ",
                                          " fraction ", " ratio "};
constexpr text::Phrase kComparisonCues[] = {
    " more than ", " less than ", " fewer than ", " times as ", " times more ", " twice ",
    " double ",    " triple ",    " as many ",    " as much ",  " older than ", " than "};
constexpr text::Phrase kRateCues[] = {" per ",   " each ",   " every ",  " apiece ",
                                      " a day ", " a week ", " an hour "};
constexpr text::Phrase kRemainderCues[] = {" left ", " remaining ", " remain ",
                                           " rest ", " remainder ", " after "};
constexpr text::Phrase kTimeCues[] = {" hour ",  " hours ",  " minute ", " minutes ",
                                      " day ",   " days ",   " week ",   " weeks ",
                                      " month ", " months ", " year ",   " years "};
constexpr text::Phrase kFractionAskedCues[] = {" how fast ", " what percent ",  " what percentage ",
                                               " average ",  " what fraction ", " decimal ",
                                               " nearest ",  " round ",         " exact "};
constexpr text::Phrase kHedgingCues[] = {
    " assume ",    " assuming ",   " however ",       " not possible ",
    " cannot be ", " not enough ", " unclear ",       " approximately ",
    " actually ",  " mistake ",    " correction ",    " round ",
    " rounded ",   " it seems ",   " not specified ", " doesnt make sense "};
constexpr text::Phrase kAlgebraCues[] = {" let x ", " let us ", " equation ", " solve for ",
                                         " let y ", " denote ", " lets say "};
constexpr text::Phrase kQuantityCues[] = {
    " how many ",        " how much ",     " what is the total ",
    " how old ",         " how long ",     " how far ",
    " how fast ",        " what percent ", " what fraction ",
    " calculate ",       " in total ",     " on average ",
    " what was the ",    " how tall ",     " how big ",
    " how often ",       " how heavy ",    " what is the average ",
    " what is the sum ", " wie viele ",    " wie viel ",
    " wieviele ",        " wie lange ",    " combien ",
    " cuántos ",         " cuántas ",      " cuánto ",
    " cuánta ",          " quanti ",       " quante ",
    " quanto ",          " quantos ",      " quantas ",
    " hoeveel "};
// Ask for a quantity when the prompt is full of them.
constexpr text::Phrase kOpenQuestionCues[] = {
    " what is ", " whats ", " what will ", " what was ",  " what are ", " what would ",
    " what ",    " find ",  " find the ",  " determine ", " how "};
constexpr size_t kFewestQuantities = 2;
constexpr size_t kFewestRelations = 3;  // "twice as many … as half of …" with no number at all
constexpr size_t kFewestWordsOfAProblem = 20;
constexpr absl::string_view kAnswerMarks[] = {
    "Antwort",  "respuesta", "réponse", "risposta",  "resposta",    "Insgesamt", "Also ",
    "En total", "Au total",  "####",    "answer is", "Answer:",     "answer:",   "\\boxed",
    "**Answer", "Therefore", "So, ",    "In total",  "final answer"};

size_t CountSentences(absl::string_view text) {
  size_t sentences = 0;
  text::ForEachMarked(
      text,
      [](text::Chunk chunk) { return chunk.Equal('.') | chunk.Equal('?') | chunk.Equal('!'); },
      [&](size_t begin, uint64_t marks) {
        for (; marks != 0; marks &= marks - 1) {
          const size_t after = begin + static_cast<size_t>(absl::countr_zero(marks)) + 1;
          sentences += after == text.size() || absl::ascii_isspace(text[after]) ? 1 : 0;
        }
      });
  return sentences;
}

// Whether the letter at `i`, neither first nor last, is a variable and no part of a word: "3 x 4"
// multiplies; a letter is a variable where a sign stands beside it.
bool IsVariable(absl::string_view prompt, size_t i) {
  if (absl::ascii_isalpha(prompt[i - 1]) || absl::ascii_isalnum(prompt[i + 1])) return false;
  const char before = prompt[i - 1] == ' ' && i >= 2 ? prompt[i - 2] : prompt[i - 1];
  const char after = prompt[i + 1] == ' ' && i + 2 < prompt.size() ? prompt[i + 2] : prompt[i + 1];
  constexpr absl::string_view kSigns = "=+-*/<>";
  const bool coefficient = absl::ascii_isdigit(prompt[i - 1]) && !absl::ascii_isdigit(after);
  return coefficient || absl::StrContains(kSigns, before) || absl::StrContains(kSigns, after);
}

// Whether the prompt writes mathematics in signs: variables, powers, TeX. Counting what it names
// and what a draft mentions says nothing there.
bool IsSymbolic(absl::string_view prompt) {
  if (absl::StrContains(prompt, '^') || absl::StrContains(prompt, '\\')) return true;
  bool is_symbolic = false;
  text::ForEachMarked(
      prompt,
      [](text::Chunk chunk) { return chunk.Equal('x') | chunk.Equal('y') | chunk.Equal('n'); },
      [&](size_t begin, uint64_t letters) {
        for (; letters != 0 && !is_symbolic; letters &= letters - 1) {
          const size_t at = begin + static_cast<size_t>(absl::countr_zero(letters));
          is_symbolic = at > 0 && at + 1 < prompt.size() && IsVariable(prompt, at);
        }
      });
  return is_symbolic;
}

bool AsksForQuantity(const ReadText& read) {
  const absl::string_view prompt = read.text;
  const size_t numbers = read.numbers.size();
  if (IsSymbolic(prompt)) return false;
  // A sum that is written out is worked out here, not judged by the ways of getting there.
  if (read.words <= kFewestWordsOfAProblem && text::FindAskedSum(prompt)) return false;
  // Between given choices, the answer is a letter.
  const bool has_choices = absl::StrContains(prompt, "\nB.") || absl::StrContains(prompt, "\nB)") ||
                           absl::StrContains(prompt, "(B)");
  if (has_choices) return false;
  const size_t relations =
      read.CountAny(kFractionCues) + read.CountAny(kComparisonCues) + read.CountAny(kRateCues);
  const bool enough = numbers >= kFewestQuantities || relations >= kFewestRelations ||
                      (numbers > 0 && relations > 0);
  return (enough && read.HasAny(kQuantityCues)) ||
         (numbers > kFewestQuantities && read.HasAny(kOpenQuestionCues));
}

FeatureValues FeaturesOf(const ReadText& prompt) {
  FeatureValues values{};
  const std::vector<text::NumberMention>& numbers = prompt.numbers;
  const auto any_number = [&](auto is) { return std::any_of(numbers.begin(), numbers.end(), is); };
  At(values, Feature::kQuantityAsked) = Flag(AsksForQuantity(prompt));
  At(values, Feature::kPromptNumbers) = Log(numbers.size());
  At(values, Feature::kPromptWords) = Log(prompt.words);
  At(values, Feature::kPromptSentences) = Log(CountSentences(prompt.text));
  At(values, Feature::kPromptPercent) =
      Flag(any_number([](const text::NumberMention& number) { return number.percent; }));
  At(values, Feature::kPromptFraction) = Log(prompt.CountAny(kFractionCues));
  At(values, Feature::kPromptComparison) = Log(prompt.CountAny(kComparisonCues));
  At(values, Feature::kPromptRate) = Log(prompt.CountAny(kRateCues));
  At(values, Feature::kPromptRemainder) = Flag(prompt.HasAny(kRemainderCues));
  At(values, Feature::kFractionAsked) =
      Flag(prompt.HasAny(kFractionAskedCues) ||
           any_number([](const text::NumberMention& number) { return number.decimals > 0; }));
  At(values, Feature::kPromptTime) = Log(prompt.CountAny(kTimeCues));
  return values;
}

// The number a draft ends on, and whether "####" marks it as the answer.
struct FinalNumber {
  std::optional<text::NumberMention> number;
  bool marked = false;
  bool contradicted = false;  // another marked answer differs
};

FinalNumber FindFinal(absl::string_view draft, const std::vector<text::NumberMention>& numbers) {
  FinalNumber result;
  const size_t hashes = text::FindLast(draft, "####");
  if (hashes != absl::string_view::npos) {
    for (const text::NumberMention& number : numbers) {
      if (number.begin < hashes) continue;
      result.number = number;
      result.marked = true;
      break;
    }
    const size_t first = draft.find("####");
    if (result.marked && first != hashes) {
      const auto other =
          std::find_if(numbers.begin(), numbers.end(),
                       [&](const text::NumberMention& number) { return number.begin > first; });
      result.contradicted = other != numbers.end() && other->value != result.number->value;
    }
  }
  if (!result.number.has_value() && !numbers.empty() &&
      numbers.back().begin + kEndingBytes > draft.size()) {
    result.number = numbers.back();
  }
  return result;
}

void FillArithmetic(absl::string_view draft, const std::vector<text::NumberMention>& asked,
                    const std::vector<text::NumberMention>& used, FeatureValues& values) {
  const std::vector<text::Equation> equations = text::FindEquations(draft);
  text::NumberSet given;
  for (const text::NumberMention& number : asked) {
    given.Add(number.value);
    if (number.percent) given.Add(number.value / 100);
  }
  text::NumberSet known = given;
  text::NumberSet results;
  size_t wrong = 0;
  size_t operands = 0;
  size_t unsupported = 0;
  for (const text::Equation& equation : equations) {
    wrong += equation.holds ? 0 : 1;
    for (const double operand : equation.operands) {
      ++operands;
      // One, two, ten and a hundred turn up in any calculation.
      const bool common = operand == 1 || operand == 2 || operand == 10 || operand == 100;
      if (!common && !known.Contains(operand)) ++unsupported;
    }
    known.Add(equation.stated);
    results.Add(equation.stated);
  }
  At(values, Feature::kEquations) = Log(equations.size());
  if (!equations.empty()) {
    At(values, Feature::kWrongEquations) =
        static_cast<double>(wrong) / static_cast<double>(equations.size());
    At(values, Feature::kAnyWrongEquation) = Flag(wrong > 0);
    At(values, Feature::kUnsupportedOperands) =
        static_cast<double>(unsupported) / static_cast<double>(std::max<size_t>(operands, 1));
  }
  At(values, Feature::kStepsPerNumber) =
      static_cast<double>(equations.size()) / (1.0 + static_cast<double>(asked.size()));
  const FinalNumber final = FindFinal(draft, used);
  At(values, Feature::kSelfContradiction) = Flag(final.contradicted);
  static constexpr text::AnyOfFinder kMarks(kAnswerMarks);
  // Nobody asks where no quantity is asked for.
  const bool is_asked = At(values, Feature::kQuantityAsked) > 0;
  At(values, Feature::kFinalUnmarked) = Flag(is_asked && !final.marked && !kMarks.In(draft));
  At(values, Feature::kNoFinalNumber) = Flag(!final.number.has_value());
  if (!final.number.has_value()) return;
  const double value = final.number->value;
  // Less of a sign where fractions are at home.
  const double weight = At(values, Feature::kFractionAsked) > 0 ? kFractionAtHome : 1;
  At(values, Feature::kFinalFraction) = weight * Flag(std::fabs(value - std::round(value)) > 1e-9);
  At(values, Feature::kFinalInPrompt) = Flag(given.Contains(value));
  At(values, Feature::kFinalNotComputed) = Flag(!results.empty() && !results.Contains(value));
  At(values, Feature::kFinalLarge) = std::log1p(std::fabs(value)) / 10;
  At(values, Feature::kFinalTiny) = Flag(value < 1);
}

void FillUnused(const std::vector<text::NumberMention>& asked,
                const std::vector<text::NumberMention>& used, FeatureValues& values) {
  text::NumberSet mentioned;
  for (const text::NumberMention& number : used) {
    mentioned.Add(number.value);
    mentioned.Add(number.value * 100);  // 0.3 uses 30%
    mentioned.Add(100 - number.value);  // so does 70 of 100
  }
  size_t unused = 0;
  size_t countable = 0;
  for (const text::NumberMention& number : asked) {
    if (number.in_words && number.value == 1) continue;
    ++countable;
    unused += mentioned.Contains(number.value) ? 0 : 1;
  }
  if (countable == 0) return;
  At(values, Feature::kUnusedNumbers) =
      static_cast<double>(unused) / static_cast<double>(countable);
  At(values, Feature::kUnusedCount) = std::min(static_cast<double>(unused), kMostUnused);
}

// Whether the numbers at `i` are the value, as the draft rounds it or as a fraction of two.
bool Gives(absl::string_view draft, const std::vector<text::NumberMention>& used, size_t i,
           double value) {
  const text::NumberMention& number = used[i];
  const double difference = std::fabs(number.value - value);
  if (difference < 1e-9) return true;
  const double rounding = 0.51 * std::pow(10.0, -number.decimals);
  if (number.decimals > 0 && difference < rounding) return true;
  if (i + 1 == used.size() || used[i + 1].value == 0) return false;
  const absl::string_view between =
      draft.substr(number.end, used[i + 1].begin - std::min(used[i + 1].begin, number.end));
  const bool fraction = between == "/" || between == "}{";
  return fraction && std::fabs(number.value / used[i + 1].value - value) < 1e-9;
}

// Holds the draft against a sum that the prompt writes out.
void FillAskedSum(absl::string_view prompt, absl::string_view draft,
                  const std::vector<text::NumberMention>& used, FeatureValues& values) {
  const std::optional<double> asked = text::FindAskedSum(prompt);
  if (!asked.has_value() || used.empty()) return;
  bool given = false;
  for (size_t i = 0; i < used.size() && !given; ++i) {
    given = Gives(draft, used, i, std::fabs(*asked));
  }
  At(values, given ? Feature::kRightResult : Feature::kWrongResult) = 1;
}

// Share of word triples that occurred before in the draft, beyond what worked sums repeat anyhow.
double Repetition(const text::WordList& list) {
  const absl::Span<const text::WordList::Word> words = list.words();
  if (words.size() < 6) return 0;
  const text::Mixer& mixer = list.mixer();
  // Hashes of triples, each at the first free place from its own on; 0: free.
  std::vector<uint64_t> seen(absl::bit_ceil(2 * words.size()));
  size_t repeated = 0;
  for (size_t i = 0; i + 2 < words.size(); ++i) {
    const uint64_t pair = mixer.Mixed(words[i].hash, words[i + 1].hash);
    const uint64_t hash = std::max<uint64_t>(mixer.Mixed(pair, words[i + 2].hash), 1);
    size_t at = hash & (seen.size() - 1);
    while (seen[at] != 0 && seen[at] != hash) at = (at + 1) & (seen.size() - 1);
    repeated += seen[at] == hash ? 1 : 0;
    seen[at] = hash;
  }
  const double share = static_cast<double>(repeated) / static_cast<double>(words.size() - 2);
  return std::max(0.0, share - kUsualRepetition);
}

// Whether the text stops where no sentence ends: a letter or comma last, after many words.
bool IsCutOff(absl::string_view draft, size_t words) {
  constexpr size_t kManyWords = 25;
  const absl::string_view text = absl::StripTrailingAsciiWhitespace(draft);
  if (text.empty() || words < kManyWords) return false;
  const size_t last_line = text::FindLast(text, "\n");
  const absl::string_view line =
      last_line == absl::string_view::npos ? text : text.substr(last_line + 1);
  // A closing line may be a title, an item, a number with its unit, or code.
  constexpr size_t kFewestWords = 6;
  if (text::CountWords(line, kFewestWords) < kFewestWords || absl::StartsWith(line, "#"))
    return false;
  return absl::ascii_isalpha(text.back()) || text.back() == ',';
}

bool IsInOtherLanguage(const ReadText& question, const ReadText& draft) {
  const text::Script script_asked = text::GuessScript(question.text);
  if (script_asked != text::Script::kUnknown && script_asked != text::Script::kLatin) {
    const text::Script script_answered = text::GuessScript(draft.text);
    if (script_answered != text::Script::kUnknown && script_answered != script_asked) return true;
  }
  const std::string asked_in = text::GuessLanguage(question.folded_words);
  if (asked_in.empty()) return false;
  const std::string answered_in = text::GuessLanguage(draft.folded_words);
  return !answered_in.empty() && asked_in != answered_in;
}

}  // namespace

absl::string_view FeatureName(size_t feature) {
  return feature < kFeatureCount ? kNames[feature] : "";
}

ReadPrompt::ReadPrompt(absl::string_view prompt)
    : read(prompt),
      features(FeaturesOf(read)),
      difficulty(EstimateDifficulty(read, features)),
      wanted(ReadWantedForm(read)) {}

FeatureValues DraftFeatures(const ReadPrompt& prompt, const ReadText& draft) {
  FeatureValues values = prompt.features;
  const ReadText& question = prompt.read;
  At(values, Feature::kDraftWords) = Log(draft.words);
  At(values, Feature::kDraftNumbers) = Log(draft.numbers.size());
  At(values, Feature::kDraftLines) = Log(text::CountByte(draft.text, '\n'));
  FillArithmetic(draft.text, question.numbers, draft.numbers, values);
  FillUnused(question.numbers, draft.numbers, values);
  At(values, Feature::kHedging) = Log(draft.CountAny(kHedgingCues));
  At(values, Feature::kAlgebra) = Flag(draft.HasAny(kAlgebraCues));
  At(values, Feature::kRepetition) = Repetition(draft.folded_words);
  At(values, Feature::kCutOff) = Flag(IsCutOff(draft.text, draft.words));
  FillAskedSum(question.text, draft.text, draft.numbers, values);
  // Mathematics in signs shares no words with the question.
  At(values, Feature::kOffTopic) =
      Flag(!absl::StrContains(draft.text, '=') && IsOffTopic(question, draft));
  At(values, Feature::kEcho) = Flag(IsEcho(question.folded, draft.folded));
  At(values, Feature::kUngrounded) = UngroundedShare(question, draft);
  At(values, Feature::kOtherLanguage) = Flag(IsInOtherLanguage(question, draft));
  return values;
}

}  // namespace throughline::router
