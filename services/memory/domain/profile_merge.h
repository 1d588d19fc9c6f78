#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_PROFILE_MERGE_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_PROFILE_MERGE_H_

#include <optional>

#include "services/memory/domain/records.h"

namespace throughline::memory {

inline constexpr size_t kMaxProfileEntriesPerField = 200;

// Adds what a contribution says to the profile; makes one when there is something to say. Nothing
// is dropped unless contradicted, and the latest statement wins: budget, stage and last
// interaction are replaced; a person has one channel; an objection is known by its blocker or its
// words and follows the ledger of `deal`; other entries stand once each. Leaves version and
// customer_id alone.
void ApplyToProfile(const Contribution& contribution, const deal::DealState& deal,
                    std::optional<deal::CustomerProfile>* profile);

// True when two profiles say the same, whatever their versions.
bool SameContent(const deal::CustomerProfile& a, const deal::CustomerProfile& b);

// True when `changes` would change nothing.
bool IsEmpty(const deal::CustomerProfile& changes);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_PROFILE_MERGE_H_
