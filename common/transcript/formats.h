#ifndef THROUGHLINE_COMMON_TRANSCRIPT_FORMATS_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_FORMATS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/transcript/draft.h"

namespace throughline::transcript {

// One parser for each family of formats. All take clean UTF-8, are linear in it, and stop once
// kMaxTurns is exceeded. A draft without turns means that nothing in the text is such a format.

// "Name: text" and "[time] Name (Title): text" in any mixture, with or without headers; Google
// Meet's and Granola's text exports too. The draft's format is kPlain or kBracketed.
Draft ParseLabelled(absl::string_view text);

// WebVTT (Zoom, Teams, generic) and SRT; `format` is kWebVtt or kSrt.
Draft ParseCues(absl::string_view text, Format format);

// Otter's "Name  12:31" over the text, and its like.
Draft ParseOtter(absl::string_view text);

// JSON of Gong, Fireflies, Grain, Granola, Whisper, or chat messages. INVALID_ARGUMENT when it is
// no JSON, nested too deeply, or of another shape than `format` (kUnknown: any of them).
absl::StatusOr<Draft> ParseJson(absl::string_view text, Format format);

// Paragraphs of prose in which nobody is named.
Draft ParseUnattributed(absl::string_view text);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_FORMATS_H_
