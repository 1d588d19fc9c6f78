#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_WORDS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_WORDS_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/language/weight_table.h"

namespace throughline::router::extractive {

inline constexpr size_t kMaxWordGroups = 3;

// Which groups of words a sentence belongs to, one bit a group. `place` is 0 for the first sentence
// of the call, below 1 for the last.
using GroupsOf = absl::FunctionRef<unsigned(const Line& line, float place)>;

// Adds to `scores` what the words of a call weigh: each group's counts are damped (1 + log n) and
// brought to length 1; output `group * scores.size() + i` of `table` speaks for score i. Linear in
// the words; the same each time. Thread-safe.
void WeighWords(const CallView& call, const WeightTable& table, GroupsOf groups_of,
                absl::Span<float> scores);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_WORDS_H_
