#include "services/memory/domain/field_checks.h"

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/memory/domain/text.h"
#include "services/memory/domain/validation.h"

namespace throughline::memory {

absl::Status CheckLength(absl::string_view value, absl::string_view field, size_t max_bytes) {
  if (value.size() > max_bytes) {
    return InvalidField(field, absl::StrCat("at most ", max_bytes, " bytes"),
                        absl::StrCat("it has ", value.size(), "; shorten it"));
  }
  if (!IsCleanText(value)) {
    return InvalidField(field, "UTF-8 without NUL", "convert the text to UTF-8");
  }
  return absl::OkStatus();
}

absl::Status CheckRequired(absl::string_view value, absl::string_view field, size_t max_bytes) {
  if (value.empty()) {
    return InvalidField(field, absl::StrCat("1 to ", max_bytes, " bytes"), "set it");
  }
  return CheckLength(value, field, max_bytes);
}

absl::Status CheckCount(size_t count, absl::string_view field, size_t max_count) {
  if (count <= max_count) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("at most ", max_count, " entries"),
                      absl::StrCat("it has ", count, "; drop some"));
}

absl::Status CheckTags(const std::vector<std::string>& tags, absl::string_view field) {
  RETURN_IF_ERROR(CheckCount(tags.size(), field, kMaxTags));
  for (size_t i = 0; i < tags.size(); ++i) {
    RETURN_IF_ERROR(CheckRequired(tags[i], absl::StrCat(field, "[", i, "]"), kMaxTagBytes));
  }
  return absl::OkStatus();
}

absl::Status CheckEvidence(const deal::Evidence& evidence, const std::string& field) {
  RETURN_IF_ERROR(CheckLength(evidence.call_id, field + ".call_id", kMaxIdBytes));
  RETURN_IF_ERROR(CheckLength(evidence.speaker, field + ".speaker", kMaxIdBytes));
  if (evidence.turn < 0) return InvalidField(field + ".turn", "0 or more", "count turns from 0");
  return CheckRequired(evidence.quote, field + ".quote", kMaxQuoteBytes);
}

}  // namespace throughline::memory
