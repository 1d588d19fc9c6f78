#ifndef THROUGHLINE_COMMON_TRANSCRIPT_TEXT_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::transcript {

// Bytes of unknown origin as UTF-8 without a byte-order mark. Already clean input is not copied.
class CleanText {
 public:
  // INVALID_ARGUMENT for NUL bytes, mostly control bytes, or bytes in no encoding of text.
  // Adds a warning when bytes had to be converted. `bytes` must outlive the result.
  static absl::StatusOr<CleanText> From(absl::string_view bytes,
                                        std::vector<std::string>* warnings);

  absl::string_view view() const { return converted_ ? absl::string_view(*converted_) : original_; }

 private:
  absl::string_view original_;
  std::optional<std::string> converted_;
};

// Hands out the lines of a text, without their line ends, in order.
class LineReader {
 public:
  explicit LineReader(absl::string_view text) : text_(text) {}

  // False at the end. `line` has no white space around it.
  bool Next(absl::string_view* line);

  // Where the line returned last began.
  size_t offset() const { return offset_; }

 private:
  absl::string_view text_;
  size_t next_ = 0;
  size_t offset_ = 0;
};

// Appends `text` with every run of white space folded to one space and none at the ends; a space
// parts it from what `out` already holds. White space includes control bytes and no-break spaces.
void AppendFolded(absl::string_view text, std::string* out);
std::string Folded(absl::string_view text);

// `text` without white space and invisible direction marks at either end.
absl::string_view Trimmed(absl::string_view text);

// Reads "12:31", "00:12:31", "1:02:03.250" or "00:00:02,480" from the front of `text` and moves it
// past them; leaves it alone when no such time stands there.
std::optional<absl::Duration> ConsumeTime(absl::string_view* text);

// Whether all of `text` is one such time, brackets allowed: "00:12:31", "[12:31]".
std::optional<absl::Duration> WholeTime(absl::string_view text);

// ASCII letters lower-cased; other bytes kept.
std::string Lowered(absl::string_view text);

// The words of `text`, split at white space.
std::vector<absl::string_view> Words(absl::string_view text);

// Whether a letter that is not lower-case ASCII starts `word` (scripts without case count).
bool StartsLikeName(absl::string_view word);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_TEXT_H_
