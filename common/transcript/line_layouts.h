#ifndef THROUGHLINE_COMMON_TRANSCRIPT_LINE_LAYOUTS_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_LINE_LAYOUTS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace throughline::transcript {

// A text whose lines name their speakers otherwise than "Name: text" does, written so:
//   [Ana Rivera] text          and <Ana Rivera> text
//   [Ana Rivera] 09:02:31      with the text below, as Zoom saves captions
//   09:02:31 From Ana Rivera to Everyone: text, as Zoom saves its chat
//   a table with a head row that names a column of speakers and one of texts: comma- or
//   tab-separated, or Markdown's
// Nothing when most lines are of none of these. Linear in `text`.
std::optional<std::string> AsLabelledLines(absl::string_view text);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_LINE_LAYOUTS_H_
