#ifndef THROUGHLINE_COMMON_DEAL_NAMES_H_
#define THROUGHLINE_COMMON_DEAL_NAMES_H_

#include "absl/strings/string_view.h"
#include "common/deal/types.h"

// The lower-case word of each value, as ids, logs, tables and the command line show it:
// "change_management", "being_addressed". "unspecified" for values out of range.
namespace throughline::deal {

absl::string_view Name(BlockerCategory category);
absl::string_view Name(BlockerStatus status);
absl::string_view Name(StakeholderRole role);
absl::string_view Name(JourneyStage stage);
absl::string_view Name(FactKind kind);

}  // namespace throughline::deal

#endif  // THROUGHLINE_COMMON_DEAL_NAMES_H_
