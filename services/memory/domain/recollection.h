#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECOLLECTION_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECOLLECTION_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/memory/domain/commands.h"
#include "services/memory/domain/snapshot_cache.h"

namespace throughline::memory {

// Answers a valid query from a snapshot. Pure. FAILED_PRECONDITION when the page token belongs to
// another version, INVALID_ARGUMENT when it is none of ours.
absl::StatusOr<Recollection> RecallFrom(const Snapshot& snapshot, const RecallQuery& query,
                                        absl::Time now);

// The row as callers see it: a verbatim text gets its place in the call as evidence.
deal::Fact FactOf(const FactRow& row);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RECOLLECTION_H_
