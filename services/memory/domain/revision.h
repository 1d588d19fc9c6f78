#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_REVISION_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_REVISION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/memory/domain/commands.h"
#include "services/memory/domain/memory_store.h"

// Taking facts back and erasing, inside one transaction. NOT_FOUND names what is not there.
namespace throughline::memory {

// Closes a fact at `now` and keeps it with the reason; the value it had closed holds again.
// Nothing happens to a fact that is invalidated already.
absl::StatusOr<deal::Fact> InvalidateIn(CustomerTransaction& transaction, absl::string_view fact_id,
                                        const std::string& reason, absl::Time now);

// Takes an invalidation back. Nothing happens to a fact that is not invalidated.
absl::StatusOr<deal::Fact> RestoreIn(CustomerTransaction& transaction, absl::string_view fact_id,
                                     absl::Time now);

// Erases the customer, what came from one call, or one fact, from facts, contributions, state and
// all versions of the profile. The receipt has no id yet.
absl::StatusOr<ForgetReceipt> ForgetIn(CustomerTransaction& transaction, const ForgetTarget& target,
                                       absl::Time now);

// Erases the verbatim texts that were said before `before`, and nothing else. Returns how many.
absl::StatusOr<int64_t> EraseTextsIn(CustomerTransaction& transaction, absl::Time before,
                                     absl::Time now);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_REVISION_H_
