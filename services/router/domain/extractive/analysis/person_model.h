#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_MODEL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_MODEL_H_

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/analysis/spoken_of.h"
#include "services/router/domain/extractive/language/weight_table.h"

// Whether a person decides, by the words they say of signing and those that others say of them.
// A sentence that says who signs names several people: its words are told apart by where they stand
// beside each. Two linear models with the weights of one data file, lexicon/people.model, fitted by
// services/router/tools/fit_reading.py: of all the words about somebody in a call, and of what one
// sentence says of one of its people.
namespace throughline::router::extractive {

// A sentence by somebody, or of others about somebody, that tells of who signs.
struct PersonSaying {
  size_t person = 0;
  size_t sentence = 0;  // of the scored ones
  bool own = false;
  float weight = 0;  // how much it tells
};

// The customer's, in order. `spoken_of`: whom each sentence means.
std::vector<PersonSaying> SayingsOfPeople(const CallView& call,
                                          const std::vector<ScoredSentence>& sentences,
                                          const std::vector<SpokenOf>& spoken_of);

// What a sentence says of one person: that they sign, that they can stop it, that they only seem to
// decide.
inline constexpr size_t kSigningActs = 3;

// How likely sentences say so, per act.
struct SaidOfSigning {
  std::array<float, kSigningActs> most{};  // of one sentence
  std::array<float, kSigningActs> sum{};   // as log(1 + sum)
  std::array<float, kSigningActs> late{};  // the same, where later ones count more
};

struct PersonScore {
  float log_odds = 0;  // of deciding
  bool heard = false;  // something was said of it
  SaidOfSigning says;  // they themselves
  SaidOfSigning said;  // others
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
