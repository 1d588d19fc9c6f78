#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_JUDGEMENT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_JUDGEMENT_H_

#include <array>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/analysis/authority.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/decision_tree.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"
#include "services/router/domain/extractive/analysis/person_evidence.h"
#include "services/router/domain/extractive/analysis/topics.h"

// Weighs cues and sentence scores together: which categories are open after the call, which one
// comes first, which were settled, and who decides.
namespace throughline::router::extractive {

// Probabilities for one subject. `settled`: settled by now, having been open before or in the call.
struct SubjectJudgement {
  float open = 0;
  float settled = 0;
  float primary = 0;
};

struct CallJudgement {
  std::array<SubjectJudgement, kSubjects> subjects;
  float nothing = 0;  // that nothing is open; with every `primary` it sums to 1

  size_t First() const;        // the likeliest primary subject
  bool NothingIsOpen() const;  // likelier than any subject being first
};

// Logistic regressions for open and settled; the primary subject is one choice among all subjects
// and nothing (conditional logit). Who decides is a logistic regression that small decision trees
// correct where features count only together, and one more over what the first makes of the others:
// where one clearly signs, the next claims it in vain. Their weights are a data file,
// lexicon/judgement.model, fitted by services/router/tools/fit_reading.py. Thread-safe.
class JudgementModel {
 public:
  // INVALID_ARGUMENT naming the row that is missing or too short.
  static absl::StatusOr<JudgementModel> Parse(absl::string_view text);

  CallJudgement Judge(const std::array<SubjectFeatures, kSubjects>& features) const;
  // The probability that each of the customer's people decides, beside the others. `people`: the
  // features of them all.
  std::vector<float> Decide(const std::vector<const PersonFeatures*>& people) const;

  // From here on a probability counts.
  float least_open() const { return least_open_; }
  float least_decides() const { return least_decides_; }

 private:
  struct SubjectWeights {
    std::array<float, kSubjects> bias{};
    SubjectFeatures weights{};
  };
  float least_open_ = 0.5F;
  float least_decides_ = 0.5F;
  SubjectWeights open_, settled_, primary_;
  // For "nothing": of the largest and the mean of each feature over the subjects.
  SubjectFeatures nothing_largest_{}, nothing_mean_{};
  float nothing_bias_ = 0;
  // What of a person shows by itself, and what that is worth beside the others.
  CorrectedLine decides_, beside_;
};

// The model embedded in the binary. Read-only after its first use; thread-safe.
const JudgementModel& BuiltinJudgementModel();

// Moves `entries` to what is judged: opens what was overlooked, with the words that say it, drops
// what was only spoken of, settles what the customer settled. Every change has a quote.
void Reconcile(const CallView& call, const std::vector<ScoredSentence>& sentences,
               const std::vector<std::vector<Topic>>& topics, const CallJudgement& judged,
               float least_open, std::vector<Entry>& entries);

// Puts the entries of the subject judged to come first in front; keeps the order otherwise.
void PutFirst(const CallJudgement& judged, std::vector<const Entry*>& open);

// Adds deciders that only the whole of the call shows, and removes claims it does not bear out.
void ReconcileDeciders(const CallView& call, const std::vector<ScoredSentence>& sentences,
                       const std::vector<SpokenOf>& spoken_of,
                       const std::vector<PersonFeatures>& features, const JudgementModel& model,
                       Authority& authority);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_JUDGEMENT_H_
