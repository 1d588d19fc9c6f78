#ifndef THROUGHLINE_COMMON_TRANSCRIPT_HEADER_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_HEADER_H_

#include <functional>

#include "absl/strings/string_view.h"
#include "common/transcript/draft.h"

namespace throughline::transcript {

// Reads the lines above a dialogue: title, date, who attended, who was invited.
class HeaderReader {
 public:
  // `speaks(name)` tells whether somebody of that name or first name speaks in the call.
  HeaderReader(Draft* draft, std::function<bool(absl::string_view)> speaks)
      : draft_(draft), speaks_(std::move(speaks)) {}

  // Whether `line` (trimmed, not empty) belongs to the header; what it says goes to the draft.
  bool Read(absl::string_view line);
  // Takes the date from a line that has one somewhere: "Fri, Jan 16, 2026 10:00AM • 32:10".
  void ReadLooseDate(absl::string_view line);

 private:
  bool ReadMarkdownTitle(absl::string_view line);
  bool ReadField(absl::string_view key, absl::string_view value);
  bool ReadParty(absl::string_view key, Side side, absl::string_view value);
  void AddPeople(absl::string_view list);

  Draft* draft_;
  std::function<bool(absl::string_view)> speaks_;
  bool in_people_list_ = false;
  Presence list_presence_ = Presence::kPresent;
  Side list_side_ = Side::kUnknown;
};

// Whether `line` is what tools write around a transcript: "Transcribed by https://otter.ai",
// "Transcription ended after 00:30:30".
bool IsBoilerplate(absl::string_view line);

// Whether a label starts a header field or an aside inside a turn ("Date", "Note", "PS"), so that
// it needs stronger evidence than others to be a speaker.
bool IsCommonWordLabel(absl::string_view label);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_HEADER_H_
