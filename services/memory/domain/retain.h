#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_RETAIN_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_RETAIN_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/memory/domain/commands.h"
#include "services/memory/domain/memory_store.h"

// Writing to one customer, inside one transaction.
namespace throughline::memory {

// Stores a valid command. A repeated idempotency key gives the earlier answer and writes nothing;
// with another request it is ABORTED, as is a text id that stands for another text.
absl::StatusOr<RetainResult> RetainIn(CustomerTransaction& transaction,
                                      const RetainCommand& command, absl::Time now);

// Merges `changes` into the profile when its newest version is `expected_version`; else ABORTED.
absl::StatusOr<deal::CustomerProfile> UpdateProfileIn(CustomerTransaction& transaction,
                                                      const CustomerKey& key,
                                                      const deal::CustomerProfile& changes,
                                                      int64_t expected_version, absl::Time now);

// Adds one contribution to the customer's state: on top when it happened last, else by folding all
// of them anew. Writes state and, when its content changed, a version of the profile.
absl::Status Contribute(CustomerTransaction& transaction, const Contribution& contribution,
                        absl::Time now, CustomerHead* head);

// Writes the state folded from all contributions, and a version of the profile if that changed.
absl::Status Refold(CustomerTransaction& transaction, absl::Time now, CustomerHead* head);

// Writes `state` with its deal in brief, and adds what that leaves out to the deal's past.
absl::Status PutInBrief(CustomerTransaction& transaction, CustomerState state);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_RETAIN_H_
