#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SPOKEN_OF_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SPOKEN_OF_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/scored_sentences.h"

// Whom the sentences of a call speak of, and the words around each of them.
namespace throughline::router::extractive {

// Where a sentence speaks of somebody: half-open range of tokens.
struct Place {
  size_t person = 0;
  size_t first_token = 0;
  size_t last_token = 0;
};

// The places of one sentence, in order.
struct SpokenOf {
  std::vector<Place> places;
  bool continued = false;  // by a pronoun alone

  // Each once.
  std::vector<size_t> People() const;
};

// Follows a call from sentence to sentence, so that "he" and "she" mean the one named last whom
// they fit, "they" the board or committee, and "the general manager" the only one of that office.
// To be asked about every sentence, in order.
class SpokenOfFinder {
 public:
  explicit SpokenOfFinder(const CallView& call);

  SpokenOf Of(size_t line, size_t sentence);

 private:
  // The words of a title that somebody of the customer's side has.
  struct Office {
    size_t person = 0;
    std::vector<std::string> words;
  };

  void LearnOffices();
  void LearnGenders();
  // Whom "he" or "she" means in a line that `speaker` says; kNobody when nobody was just named.
  size_t Meant(size_t line, int gender, size_t speaker) const;
  void Remember(size_t person, size_t line);
  void AddBodies(size_t index, const Span& span, SpokenOf& spoken);
  bool AddOffices(size_t index, const Span& span, SpokenOf& spoken);
  Place OfficeAt(const Reading& reading, const Span& span, size_t at) const;

  const CallView& call_;
  const bool has_bodies_;
  struct Named {
    size_t person = 0;
    size_t line = 0;
  };
  std::vector<Named> recent_;  // the newest last
  std::vector<int> genders_;   // of people: below 0 he, above 0 she
  size_t last_body_ = kNobody;
  size_t last_body_line_ = 0;
  std::vector<Office> offices_;
  absl::flat_hash_map<std::string, std::vector<size_t>> by_title_word_;  // places in offices_
};

// Whom each sentence speaks of.
std::vector<SpokenOf> WhomSentencesMean(const CallView& call,
                                        const std::vector<ScoredSentence>& sentences);

// Calls `take` with each word and pair of words of a sentence, and with those beside the places
// where it means `person`; who says it and who is spoken of have words of their own. The view lives
// until the next call.
void ForEachWordAbout(const CallView& call, size_t line, size_t sentence, const SpokenOf& spoken,
                      size_t person, absl::FunctionRef<void(absl::string_view)> take);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SPOKEN_OF_H_
