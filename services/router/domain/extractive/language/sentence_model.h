#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_SENTENCE_MODEL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_SENTENCE_MODEL_H_

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/weight_table.h"

// What a sentence does and what it is about, as probabilities. Two multinomial logistic
// regressions over its words, word pairs and word beginnings; the weights are a data file,
// lexicon/sentences.model, fitted by services/router/tools/fit_reading.py.
namespace throughline::router::extractive {

// What a sentence does. Names as in the file: "raise", "settle", … "neutral".
enum class Act {
  kRaise,
  kSettle,
  kReopen,
  kDeny,
  kSignSelf,
  kSignOther,
  kSignVeto,
  kSignNominal,
  kNeutral,
  kPoint,  // names what has to clear next
};
inline constexpr size_t kActs = 10;
// Blocker categories without "none", in the order of deal::BlockerCategory from kPrice on.
inline constexpr size_t kSubjects = 13;

struct SentenceScores {
  std::array<float, kActs> act{};               // sums to 1
  std::array<float, kSubjects> subject{};       // sums to 1, whatever the sentence does
  std::array<float, kSubjects> subject_sums{};  // what `subject` is the softmax of

  float Of(Act which) const { return act[static_cast<size_t>(which)]; }
};

// The features of one sentence, each once: "w:word", "b:two_words", "t:one_three", "p:begin".
std::vector<std::string> SentenceFeatures(const Reading& reading, const Sentence& sentence);

// Calls `take` with each word and word beginning of the sentence, "w:word" and "p:begin"; the view
// lives until the next call.
void ForEachWord(const Reading& reading, const Sentence& sentence,
                 absl::FunctionRef<void(absl::string_view)> take);

class SentenceModel {
 public:
  // INVALID_ARGUMENT naming the line when the text does not follow the format.
  static absl::StatusOr<SentenceModel> Parse(absl::string_view text);

  // Linear in the words of the sentence. Thread-safe.
  SentenceScores Score(const Reading& reading, const Sentence& sentence) const;

 private:
  explicit SentenceModel(WeightTable weights) : weights_(std::move(weights)) {}

  WeightTable weights_;
};

// The model embedded in the binary. Read-only after its first use; thread-safe.
const SentenceModel& BuiltinSentenceModel();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_SENTENCE_MODEL_H_
