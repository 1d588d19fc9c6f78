#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_WORD_PAIRS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_WORD_PAIRS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {

// What pairs of neighbouring words weigh: "your proposal", "we 'd install". The ends of a sentence
// count as words. Read-only once parsed; thread-safe.
class WordPairs {
 public:
  // The lines "b:one_next" of a table (language/weight_table.h) of one output, which has been found
  // to follow its format; others are passed over.
  WordPairs(absl::string_view table, float scale);

  // The counts of the call's pairs, damped (1 + log n) and brought to length 1, by their weights.
  // Linear in the words; the same each time.
  float Weigh(const CallView& call) const;

 private:
  static uint64_t Key(uint32_t one, uint32_t next) { return uint64_t{one} << 32 | next; }
  uint32_t NumberOf(absl::string_view word) const;

  WordMap<uint32_t> words_;                         // numbers from 1 on
  absl::flat_hash_map<uint64_t, uint32_t> places_;  // of a pair's weight
  std::vector<float> weights_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_WORD_PAIRS_H_
