#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_FIELD_CHECKS_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_FIELD_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/deal/types.h"

// What the checks of requests are made of. INVALID_ARGUMENT names `field`.
namespace throughline::memory {

// At most `max_bytes` of UTF-8 without NUL.
absl::Status CheckLength(absl::string_view value, absl::string_view field, size_t max_bytes);
// The same, and not empty.
absl::Status CheckRequired(absl::string_view value, absl::string_view field, size_t max_bytes);
// At most `max_count` entries.
absl::Status CheckCount(size_t count, absl::string_view field, size_t max_count);
absl::Status CheckTags(const std::vector<std::string>& tags, absl::string_view field);
// A quote is required.
absl::Status CheckEvidence(const deal::Evidence& evidence, const std::string& field);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_FIELD_CHECKS_H_
