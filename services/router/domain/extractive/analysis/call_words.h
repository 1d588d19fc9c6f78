#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_WORDS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_WORDS_H_

#include <array>
#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/language/weight_table.h"

namespace throughline::router::extractive {

inline constexpr size_t kMaxWordGroups = 5;

// How much the words of a sentence count in each group. `number` is the sentence's among those of
// the call that are heard, `place` is 0 for the first and below 1 for the last.
using GroupWeights = std::array<float, kMaxWordGroups>;
using GroupsOf = absl::FunctionRef<GroupWeights(const Line& line, size_t number, float place)>;

// Adds to `scores` what the words of a call weigh: each group's sums are damped (1 + log n from 1
// on) and brought to length 1; output `group * scores.size() + i` of `table` speaks for score i.
// Linear in the words; the same each time. Thread-safe.
void WeighWords(const CallView& call, const WeightTable& table, GroupsOf groups_of,
                absl::Span<float> scores);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_WORDS_H_
