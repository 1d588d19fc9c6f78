#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_VALIDATION_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_VALIDATION_H_

#include <string>

#include "absl/status/status.h"
#include "common/deal/types.h"
#include "services/memory/domain/deal_fold.h"
#include "services/memory/domain/profile_merge.h"

// The limits of an analysis and of a profile: what is merged into a customer's state must not grow
// it beyond what a recall can carry. INVALID_ARGUMENT names the first field that breaks one.
namespace throughline::memory {

inline constexpr size_t kMaxPhraseBytes = 2000;  // a name, a title, an object, a reason
// Blockers, transitions, people, evidence, profile entries. An analysis repeats what is known and
// adds to it: the bound is far above what a customer's state keeps of each.
inline constexpr size_t kMaxEntriesPerList = 1000;
static_assert(kMaxEntriesPerList >= 2 * kMaxBlockers &&
              kMaxEntriesPerList >= 2 * kMaxStakeholders &&
              kMaxEntriesPerList >= 2 * kMaxTransitionsPerBlocker &&
              kMaxEntriesPerList >= 2 * kMaxProfileEntriesPerField);

// `field` as the caller wrote it: "analysis".
absl::Status ValidateAnalysis(const deal::Analysis& analysis, const std::string& field);
absl::Status ValidateProfile(const deal::CustomerProfile& profile, const std::string& field);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_VALIDATION_H_
