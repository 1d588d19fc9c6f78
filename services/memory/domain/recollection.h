#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECOLLECTION_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECOLLECTION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/memory/domain/commands.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/domain/paging.h"
#include "services/memory/domain/snapshot_cache.h"

namespace throughline::memory {

// Fetches rows of the snapshot's moment, in any order.
using FetchRows =
    absl::FunctionRef<absl::StatusOr<std::vector<FactRow>>(const std::vector<RowPlace>& rows)>;

// Answers a valid query from a snapshot. FAILED_PRECONDITION when the page token belongs to another
// version, INVALID_ARGUMENT when it is none of ours; errors of `fetch`, which is asked for nothing
// when earlier answers have shown all that this one shows.
// `closeness` as in RankingQuery.
absl::StatusOr<Recollection> RecallFrom(const Snapshot& snapshot, const RecallQuery& query,
                                        std::vector<float> closeness, absl::Time now,
                                        FetchRows fetch);

// A page of the rows that `filter` lets through, newest first. Errors are those of `fetch`.
absl::StatusOr<FactPage> ListFrom(const Snapshot& snapshot, const RowFilter& filter,
                                  size_t page_size, const std::optional<FactCursor>& after,
                                  FetchRows fetch);

// The row as callers see it: a verbatim text gets its place in the call as evidence.
deal::Fact FactOf(FactRow&& row);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECOLLECTION_H_
