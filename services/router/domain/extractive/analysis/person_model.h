#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_MODEL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_MODEL_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/analysis/spoken_of.h"
#include "services/router/domain/extractive/language/weight_table.h"

// Whether a person decides, by the words they say of signing and those that others say of them.
// A sentence that says who signs names several people: its words are told apart by where they stand
// beside each. A logistic regression whose weights are a data file, lexicon/people.model, fitted by
// services/router/tools/fit_reading.py.
namespace throughline::router::extractive {

// Calls `take` with each word that the customer's sentences about signing say of or by somebody,
// and how much it counts; `spoken_of`: whom each sentence means. The view lives until the next
// call.
void ForEachWordOfPeople(
    const CallView& call, const std::vector<ScoredSentence>& sentences,
    const std::vector<SpokenOf>& spoken_of,
    absl::FunctionRef<void(size_t person, absl::string_view word, float weight)> take);

struct PersonScore {
  float log_odds = 0;  // of deciding
  bool heard = false;  // something was said of it
};

class PersonModel {
 public:
  // INVALID_ARGUMENT naming the line when the text does not follow the format.
  static absl::StatusOr<PersonModel> Parse(absl::string_view text);

  // Per person of the call. Linear in those words. Thread-safe.
  std::vector<PersonScore> Score(const CallView& call, const std::vector<ScoredSentence>& sentences,
                                 const std::vector<SpokenOf>& spoken_of) const;

 private:
  explicit PersonModel(WeightTable weights) : weights_(std::move(weights)) {}

  WeightTable weights_;
};

// The model embedded in the binary. Read-only after its first use; thread-safe.
const PersonModel& BuiltinPersonModel();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_MODEL_H_
