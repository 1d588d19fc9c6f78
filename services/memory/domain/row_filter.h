#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_ROW_FILTER_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_ROW_FILTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/memory/domain/commands.h"
#include "services/memory/domain/customer_index.h"

namespace throughline::memory {

// True when a row with `tags` is selected by `wanted` under `match`.
bool MatchesTags(const std::vector<std::string>& tags, const std::vector<std::string>& wanted,
                 TagsMatch match);

// By position, 1 for the rows that `filter` (which is valid) lets be found.
std::vector<uint8_t> EligibleRows(const CustomerIndex& index, const RowFilter& filter);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_ROW_FILTER_H_
