#ifndef THROUGHLINE_COMMON_TRANSCRIPT_LABEL_LINE_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_LABEL_LINE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/transcript/chat_stamp.h"

namespace throughline::transcript {

// A line as "[time] Label: text" might read it. Whether the label is a speaker is decided
// elsewhere, with the whole call in view.
struct LabelLine {
  std::optional<absl::Duration> time;
  bool time_leads = false;  // a time, or a message's stamp, stands before the label
  std::optional<ChatStamp> stamp;
  absl::string_view label;    // "Name (Title)"; empty: the line has no label
  bool has_brackets = false;  // the label carries "(…)"
  absl::string_view text;     // after the colon; the whole line (less a leading time) otherwise
};

// `line` is trimmed. Reads Markdown emphasis ("**Name:** text"), quotes ("> "), list dashes.
LabelLine ReadLabelLine(absl::string_view line);

// Whether `label` is shaped like a name or role: a few words, no sentence punctuation.
bool IsLabelShaped(absl::string_view label);

// Whether every word is capitalised, or in a script without case; particles ("van", "de") and
// numbers may stand between.
bool IsCapitalizedName(absl::string_view name);

// Takes "[00:12:31]", "(12:31)" or "12:31 -" off the front of `line`; no time of day ("12:31 PM").
std::optional<absl::Duration> TakeLeadingTime(absl::string_view* line);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_LABEL_LINE_H_
