#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_VALIDATION_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_VALIDATION_H_

#include <string>

#include "absl/status/status.h"
#include "common/deal/types.h"

// The limits of an analysis and of a profile: what is merged into a customer's state must not grow
// it beyond what a recall can carry. INVALID_ARGUMENT names the first field that breaks one.
namespace throughline::memory {

inline constexpr size_t kMaxPhraseBytes = 2000;    // a name, a title, an object, a reason
inline constexpr size_t kMaxEntriesPerList = 200;  // blockers, people, evidence, profile entries

// `field` as the caller wrote it: "analysis".
absl::Status ValidateAnalysis(const deal::Analysis& analysis, const std::string& field);
absl::Status ValidateProfile(const deal::CustomerProfile& profile, const std::string& field);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_DEAL_VALIDATION_H_
