#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_ARCHIVE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_ARCHIVE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/memory/domain/memory_store.h"
#include "services/memory/domain/records.h"

namespace throughline::memory {

// Everything of a customer but answers to idempotency keys: what an export holds.
struct Archive {
  CustomerHead head;
  std::vector<FactRow> facts;  // in order of arrival
  std::vector<Contribution> contributions;
  std::vector<ProfileRecord> profiles;  // oldest first
};

// Version 0 in the head for an unknown customer.
absl::StatusOr<Archive> ReadArchive(CustomerView& view);

// Writes `archive` into an empty customer; FAILED_PRECONDITION when it is not. The state is folded
// anew from the contributions. INVALID_ARGUMENT names a row that breaks a limit.
absl::Status WriteArchive(CustomerTransaction& transaction, const Archive& archive);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_ARCHIVE_H_
