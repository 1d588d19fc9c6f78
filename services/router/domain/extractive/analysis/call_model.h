#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_MODEL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_MODEL_H_

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/scored_sentences.h"
#include "services/router/domain/extractive/language/sentence_model.h"
#include "services/router/domain/extractive/language/weight_table.h"

// What a call as a whole is about: a multinomial logistic regression over all its words, those of
// its end, the seller's at its end, and those that are in the way or settled. Single sentences
// often do not say what they speak of; the call does. The weights are a data file,
// lexicon/calls.model, fitted by services/router/tools/fit_reading.py.
namespace throughline::router::extractive {

// From this share of the sentences on, a call is at its end.
inline constexpr float kCallEnd = 0.7F;
inline constexpr float kSellersEnd = 0.6F;

// Per subject, then for "nothing is open": sums to 1.
using CallScores = std::array<float, kSubjects + 1>;

class CallModel {
 public:
  // INVALID_ARGUMENT naming the line when the text does not follow the format.
  static absl::StatusOr<CallModel> Parse(absl::string_view text);

  // Linear in the words of the call; `sentences` are all of it. Thread-safe.
  CallScores Score(const CallView& call, const std::vector<ScoredSentence>& sentences) const;

 private:
  explicit CallModel(WeightTable weights) : weights_(std::move(weights)) {}

  WeightTable weights_;
};

// The model embedded in the binary. Read-only after its first use; thread-safe.
const CallModel& BuiltinCallModel();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_MODEL_H_
