#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_VALIDATION_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_VALIDATION_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/memory/domain/commands.h"

// The limits of what memory takes. INVALID_ARGUMENT names the first field that breaks one, as the
// caller wrote it.
namespace throughline::memory {

inline constexpr size_t kMaxIdBytes = 200;
inline constexpr size_t kMaxFactTextBytes = 8000;
inline constexpr size_t kMaxQuoteBytes = 2000;
inline constexpr size_t kMaxSummaryBytes = 2000;
inline constexpr size_t kMaxReasonBytes = 2000;
inline constexpr size_t kMaxTags = 32;
inline constexpr size_t kMaxTagBytes = 100;
inline constexpr size_t kMaxFactsPerRetain = 2000;
inline constexpr size_t kMaxTextsPerRetain = 20000;
inline constexpr size_t kMaxEvidencePerFact = 100;
inline constexpr size_t kMaxQueryBytes = 16384;
inline constexpr int kMaxRecallTokens = 100000;
inline constexpr int kMaxRecallLimit = 1000;
inline constexpr int kMaxPageSize = 1000;
inline constexpr size_t kMaxKinds = 32;

absl::Status ValidateCustomerId(absl::string_view customer_id);
absl::Status ValidateFactId(absl::string_view fact_id);
absl::Status ValidateCallId(absl::string_view call_id);
absl::Status ValidateReason(absl::string_view reason);
absl::Status ValidateRetain(const RetainCommand& command);
// `now` bounds as_of.
absl::Status ValidateRecall(const RecallQuery& query, absl::Time now);
absl::Status ValidateFilter(const RowFilter& filter, absl::Time now);
// Not in the future.
absl::Status ValidateAsOf(std::optional<absl::Time> as_of, absl::string_view field, absl::Time now);
// 0 stands for the default and is no error.
absl::Status ValidatePageSize(int page_size);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_VALIDATION_H_
