#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_ROW_FILTER_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_ROW_FILTER_H_

#include <string>
#include <vector>

#include "services/memory/domain/commands.h"
#include "services/memory/domain/records.h"

namespace throughline::memory {

// True when a row with `tags` is selected by `wanted` under `match`.
bool MatchesTags(const std::vector<std::string>& tags, const std::vector<std::string>& wanted,
                 TagsMatch match);

// True when `filter` (which is valid) lets `row` be found.
bool Matches(const RowFilter& filter, const FactRow& row);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_ROW_FILTER_H_
