#ifndef THROUGHLINE_COMMON_BASE_ERRORS_H_
#define THROUGHLINE_COMMON_BASE_ERRORS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace throughline {

// Facts about an error that a caller's program can act on. They ride on an absl::Status as
// payloads, so domain code raises them without knowing gRPC; common/rpc/status_mapping.h turns
// them into google.rpc details and back.

// One field of a request that was refused.
struct FieldViolation {
  std::string field;        // path as the caller wrote it: "transcript.turns[3].speaker"
  std::string description;  // what was expected, and what to do next

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// INVALID_ARGUMENT naming one field. The message reads "<field>: expected <expected>; <next_step>".
//
//   return InvalidField("customer_id", "1 to 128 characters", "send the id used at ingestion");
absl::Status InvalidField(absl::string_view field, absl::string_view expected,
                          absl::string_view next_step = "");

// INVALID_ARGUMENT naming each of `violations` (at least one).
absl::Status InvalidFields(absl::Span<const FieldViolation> violations);

// The violations that `status` carries; empty when it carries none.
std::vector<FieldViolation> FieldViolations(const absl::Status& status);

// `status` with a stable machine-readable reason in UPPER_SNAKE_CASE. No effect on OK.
absl::Status WithReason(absl::Status status, absl::string_view reason);
std::optional<std::string> Reason(const absl::Status& status);

// `status` with the time after which the same request may succeed. No effect on OK.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);
std::optional<absl::Duration> RetryAfter(const absl::Status& status);

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_ERRORS_H_
