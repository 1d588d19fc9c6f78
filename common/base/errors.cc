#include "common/base/errors.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace throughline {
namespace {

// Payloads are text: one violation per line, "<C-escaped field>\t<C-escaped description>"; a bare
// reason; a bare count of nanoseconds.
constexpr char kViolationsUrl[] = "throughline/field_violations";
constexpr char kReasonUrl[] = "throughline/reason";
constexpr char kRetryAfterUrl[] = "throughline/retry_after_ns";

std::optional<std::string> Payload(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

}  // namespace

absl::Status InvalidField(absl::string_view field, absl::string_view expected,
                          absl::string_view next_step) {
  std::string description = absl::StrCat("expected ", expected);
  if (!next_step.empty()) absl::StrAppend(&description, "; ", next_step);
  return InvalidFields({{std::string(field), std::move(description)}});
}

absl::Status InvalidFields(absl::Span<const FieldViolation> violations) {
  std::vector<std::string> messages;
  std::vector<std::string> lines;
  for (const FieldViolation& violation : violations) {
    messages.push_back(absl::StrCat(violation.field, ": ", violation.description));
    lines.push_back(
        absl::StrCat(absl::CEscape(violation.field), "\t", absl::CEscape(violation.description)));
  }
  absl::Status status = absl::InvalidArgumentError(absl::StrJoin(messages, "; "));
  status.SetPayload(kViolationsUrl, absl::Cord(absl::StrJoin(lines, "\n")));
  return status;
}

std::vector<FieldViolation> FieldViolations(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  const std::optional<std::string> payload = Payload(status, kViolationsUrl);
  if (!payload.has_value()) return violations;
  for (absl::string_view line : absl::StrSplit(*payload, '\n')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits('\t', 1));
    FieldViolation violation;
    if (absl::CUnescape(parts.first, &violation.field) &&
        absl::CUnescape(parts.second, &violation.description)) {
      violations.push_back(std::move(violation));
    }
  }
  return violations;
}

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  status.SetPayload(kReasonUrl, absl::Cord(reason));
  return status;
}

std::optional<std::string> Reason(const absl::Status& status) {
  return Payload(status, kReasonUrl);
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  status.SetPayload(kRetryAfterUrl, absl::Cord(absl::StrCat(absl::ToInt64Nanoseconds(delay))));
  return status;
}

std::optional<absl::Duration> RetryAfter(const absl::Status& status) {
  const std::optional<std::string> payload = Payload(status, kRetryAfterUrl);
  int64_t nanoseconds = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(*payload, &nanoseconds)) return std::nullopt;
  return absl::Nanoseconds(nanoseconds);
}

}  // namespace throughline
