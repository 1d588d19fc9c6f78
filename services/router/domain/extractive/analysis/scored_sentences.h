#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SCORED_SENTENCES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SCORED_SENTENCES_H_

#include <array>
#include <cstddef>
#include <vector>

#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/language/sentence_model.h"

// What the sentence model reads in each sentence of a call.
namespace throughline::router::extractive {

// One sentence of a call with what the sentence model reads in it.
struct ScoredSentence {
  size_t line = 0;
  size_t sentence = 0;  // within the line
  bool customer = false;
  float place = 0;   // 0 at the start of the call, 1 at its end
  float counts = 1;  // less for another time or company
  SentenceScores scores;
  std::array<float, kSubjects> subject{};  // with the sentences around it

  // What the words do, whoever says them and of whatever time.
  float SaysAgainst() const;  // raise, re-open or name what has to clear next
  float SaysClosing() const;  // settle or deny
  // The same, by a customer and as far as it counts.
  float Against() const;
  float Closing() const;
  float Pointing() const;  // named as what has to clear next
};

// Those that are heard. Linear in the words; what the built-in model reads is read once
// for all who share the readings of the call.
std::vector<ScoredSentence> ScoreSentences(const CallView& call, const SentenceModel& model);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_SCORED_SENTENCES_H_
