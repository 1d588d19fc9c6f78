#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_PACKING_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_PACKING_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace throughline::memory {

// A page looks at most so far past the first row that did not fit.
inline constexpr size_t kMaxSkippedPerPage = 500;

// A rough count: four bytes are a token, as for English prose.
int EstimateTokens(absl::string_view text);

// Splits ranked rows into pages. `tokens[i]` is the size of the row of rank i. Each page takes the
// best rows left that fit, skipping those that no longer do, up to `max_tokens` and `limit`; rows
// larger than a page are left out. Returns the ranks on `page` (from 0), best first; `more` says
// whether another page follows.
std::vector<size_t> PackPage(const std::vector<int>& tokens, int max_tokens, size_t limit,
                             size_t page, bool* more);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_PACKING_H_
