#ifndef THROUGHLINE_COMMON_TRANSCRIPT_TITLE_WORDS_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_TITLE_WORDS_H_

#include "absl/strings/string_view.h"

namespace throughline::transcript {

// Whether every word of `text` can stand in a job title or department.
bool IsTitle(absl::string_view text);
// Whether some word of `text` can only stand in a job title: "manager", "CFO".
bool HasTitleWord(absl::string_view text);
// Whether the title is that of somebody who sells: "Account Executive", "Sales Engineer".
bool IsSellingTitle(absl::string_view title);

// The job title that `text` opens with, articles aside: "our VP of operations, and" gives
// "VP of operations"; empty when it opens with none.
absl::string_view TakeTitle(absl::string_view text);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_TITLE_WORDS_H_
