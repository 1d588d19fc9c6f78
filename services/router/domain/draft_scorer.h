#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_DRAFT_SCORER_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_DRAFT_SCORER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/general_features.h"

namespace throughline::router {

struct DraftScore {
  double value = 0;         // 0 to 1: how likely the draft is a good answer
  std::string explanation;  // what weighed most against it, one sentence
};

// Judges a plain answer to a plain prompt by what the two texts show: sums that do not add up,
// numbers of the question that were not used, no final answer, repetition, an end in mid-sentence,
// another language. Knows no facts. Linear in both texts; pure; thread-safe.
DraftScore ScoreGeneralDraft(const ReadPrompt& prompt, absl::string_view draft);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_DRAFT_SCORER_H_
