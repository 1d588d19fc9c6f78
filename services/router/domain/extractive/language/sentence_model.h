#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_SENTENCE_MODEL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_SENTENCE_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/clause.h"

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
};
inline constexpr size_t kActs = 9;
// Blocker categories without "none", in the order of deal::BlockerCategory from kPrice on.
inline constexpr size_t kSubjects = 13;

struct SentenceScores {
  std::array<float, kActs> act{};          // sums to 1
  std::array<float, kSubjects> subject{};  // sums to 1, whatever the sentence does

  float Of(Act which) const { return act[static_cast<size_t>(which)]; }
};

// The features of one sentence, each once: "w:word", "b:two_words", "t:one_three", "p:begin".
std::vector<std::string> SentenceFeatures(const Reading& reading, const Sentence& sentence);

class SentenceModel {
 public:
  // INVALID_ARGUMENT naming the line when the text does not follow the format.
  static absl::StatusOr<SentenceModel> Parse(absl::string_view text);

  // Linear in the words of the sentence. Thread-safe.
  SentenceScores Score(const Reading& reading, const Sentence& sentence) const;

 private:
  static constexpr size_t kClasses = kActs + kSubjects;
  struct Weight {
    uint8_t output = 0;
    int8_t value = 0;  // in the unit of the file
  };
  struct Range {
    uint32_t first = 0;
    uint32_t last = 0;
  };

  std::array<float, kClasses> bias_{};
  std::vector<Weight> weights_;
  absl::flat_hash_map<std::string, Range> features_;
};

// The model embedded in the binary. Read-only after its first use; thread-safe.
const SentenceModel& BuiltinSentenceModel();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_SENTENCE_MODEL_H_
