#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_EVIDENCE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_EVIDENCE_H_

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/call_model.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"
#include "services/router/domain/extractive/analysis/scored_sentences.h"
#include "services/router/domain/extractive/analysis/statements.h"
#include "services/router/domain/extractive/analysis/topics.h"
#include "services/router/domain/extractive/language/sentence_model.h"

// All that a call says for and against a category of blockers being open, as numbers. What they
// weigh is judgement.cc's business.
namespace throughline::router::extractive {

inline constexpr size_t kSubjectFeatures = 40;
using SubjectFeatures = std::array<float, kSubjectFeatures>;

// Per subject, in the order of the sentence model.
std::array<SubjectFeatures, kSubjects> FeaturesOfSubjects(
    const CallView& call, const std::vector<ScoredSentence>& sentences, const CallScores& whole,
    const std::vector<BlockerStatement>& statements, const std::vector<std::vector<Topic>>& topics,
    const std::vector<Entry>& entries);

size_t SubjectOf(deal::BlockerCategory category);  // kSubjects for others
deal::BlockerCategory CategoryOf(size_t subject);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_EVIDENCE_H_
