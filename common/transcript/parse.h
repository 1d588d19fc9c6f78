#ifndef THROUGHLINE_COMMON_TRANSCRIPT_PARSE_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_PARSE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/transcript/transcript.h"

namespace throughline::transcript {

// The largest transcript accepted, in bytes.
inline constexpr size_t kMaxTranscriptBytes = 8 * 1024 * 1024;
// The most turns one call may have.
inline constexpr size_t kMaxTurns = 100'000;
// The most participants one call may have; later ones are dropped with a warning.
inline constexpr size_t kMaxParticipants = 500;

struct ParseOptions {
  Format format = Format::kUnknown;  // kUnknown: detect
  // Names and e-mail domains of the seller's company, separated by commas, when the caller knows
  // them; they settle who sits on which side.
  std::string seller_organization;
  // People of this customer's earlier calls. Whoever is on this call under the same name or e-mail
  // gets their side, title, organization and e-mail where the transcript does not give them.
  std::vector<Participant> known_people;
};

// Splits `text` into turns by speaker and collects who was there. Pure; never throws on any bytes.
//
// INVALID_ARGUMENT, with a message that names `transcript`, what was expected and what to do:
//   empty or white space only; larger than kMaxTranscriptBytes; not text (NUL or mostly control
//   bytes, invalid UTF-8 that is not Latin-1); more than kMaxTurns turns; no spoken words at all.
// Text in which nobody is named is refused likewise, unless options.format is kUnattributed;
// formats that carry no speakers by design (Whisper) are accepted with a warning.
absl::StatusOr<Transcript> Parse(absl::string_view text, const ParseOptions& options);

// "plain", "bracketed", "webvtt", … as the command line and the API's errors spell it.
absl::string_view FormatName(Format format);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_PARSE_H_
