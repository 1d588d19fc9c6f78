#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_PACKING_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_PACKING_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"

namespace throughline::memory {

// A page looks at most so far past the first row that did not fit.
inline constexpr size_t kMaxSkippedPerPage = 500;

// A rough count: four bytes are a token, as for English prose.
int EstimateTokens(size_t text_bytes);

// The size of the row of a rank; nothing beyond the last.
using TokensOf = absl::FunctionRef<std::optional<int>(size_t rank)>;

// Splits ranked rows into pages. Each page takes the best rows left that fit, skipping those that
// no longer do, up to `max_tokens` and `limit`; rows larger than a page are left out. Asks for
// ranks 0, 1, 2, … and no further than it has to look. Returns the ranks on `page` (from 0), best
// first; `more` says whether another page follows.
std::vector<size_t> PackPage(TokensOf tokens_of, int max_tokens, size_t limit, size_t page,
                             bool* more);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_PACKING_H_
