#include "common/transcript/parse.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/transcript/detect.h"
#include "common/transcript/draft.h"
#include "common/transcript/formats.h"
#include "common/transcript/introductions.h"
#include "common/transcript/line_layouts.h"
#include "common/transcript/people.h"
#include "common/transcript/sides.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

absl::Status CheckSize(absl::string_view text) {
  if (text.size() > kMaxTranscriptBytes) {
    return absl::InvalidArgumentError(absl::StrCat("transcript: expected at most ",
                                                   kMaxTranscriptBytes, " bytes, found ",
                                                   text.size(), "; split the call in two"));
  }
  return absl::OkStatus();
}

absl::Status CheckNotBlank(absl::string_view text) {
  if (Trimmed(text).empty()) {
    return absl::InvalidArgumentError(
        "transcript: expected the text of a call, found nothing; pass lines such as \"Name: "
        "text\"");
  }
  return absl::OkStatus();
}

Family FamilyOf(Format format, absl::string_view text) {
  switch (format) {
    case Format::kPlain:
    case Format::kBracketed:
      return Family::kLabelled;
    case Format::kGoogleMeet:
      return Family::kGoogleMeet;
    case Format::kWebVtt:
      return Family::kWebVtt;
    case Format::kSrt:
      return Family::kSrt;
    case Format::kOtter:
      return Family::kOtter;
    case Format::kGranola: {
      const Family found = DetectFamily(text);
      return found == Family::kJson ? found : Family::kGranola;
    }
    case Format::kGong:
    case Format::kFireflies:
    case Format::kGrain:
    case Format::kWhisper:
    case Format::kChat:
      return Family::kJson;
    case Format::kUnknown:
    case Format::kUnattributed:
      break;
  }
  return DetectFamily(text);
}

Draft ParseLabelledOrProse(absl::string_view text, Family family) {
  Draft draft = ParseLabelled(text);
  if (draft.turns.empty()) {
    if (const auto labelled = AsLabelledLines(text)) draft = ParseLabelled(*labelled);
  }
  if (draft.turns.empty()) return ParseUnattributed(text);
  if (family == Family::kGoogleMeet) draft.format = Format::kGoogleMeet;
  if (family == Family::kGranola) draft.format = Format::kGranola;
  return draft;
}

absl::StatusOr<Draft> ParseFamily(Family family, Format asked, absl::string_view text) {
  switch (family) {
    case Family::kJson:
      return ParseJson(text, asked);
    case Family::kWebVtt:
      return ParseCues(text, Format::kWebVtt);
    case Family::kSrt:
      return ParseCues(text, Format::kSrt);
    case Family::kOtter:
      return ParseOtter(text);
    case Family::kLabelled:
    case Family::kGoogleMeet:
    case Family::kGranola:
      break;
  }
  return ParseLabelledOrProse(text, family);
}

// People dictate whole turns into plain text; captions and tools cut them.
bool CutsTurns(Format format) {
  return format != Format::kPlain && format != Format::kBracketed && format != Format::kChat &&
         format != Format::kUnattributed;
}

absl::StatusOr<Draft> ParseAs(Format format, absl::string_view text) {
  if (format == Format::kUnattributed) return ParseUnattributed(text);
  const Family family = FamilyOf(format, text);
  ASSIGN_OR_RETURN(Draft draft, ParseFamily(family, format, text));
  if (draft.turns.empty() && format != Format::kUnknown) {
    return absl::InvalidArgumentError(
        absl::StrCat("transcript: expected ", FormatName(format),
                     ", found no turn in it; leave the format out to have it detected"));
  }
  if (CutsTurns(draft.format)) JoinInterleavedTurns(&draft);
  return draft;
}

// Prose in which nobody is named says who blocks and who decides to nobody, so it is taken only
// from a caller who knows that.
absl::Status CheckAttributed(const Draft& draft, Format asked_for) {
  if (draft.format != Format::kUnattributed || asked_for == Format::kUnattributed) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "transcript: expected speakers as in \"Name: text\", found none; name them, or ask for the "
      "format unattributed to have it read without");
}

absl::Status CheckTurns(Draft* draft) {
  std::vector<DraftTurn>& turns = draft->turns;
  turns.erase(std::remove_if(turns.begin(), turns.end(),
                             [](const DraftTurn& turn) { return turn.text.empty(); }),
              turns.end());
  if (turns.empty()) {
    return absl::InvalidArgumentError(
        "transcript: expected spoken words, found only names or headers; pass what was said");
  }
  if (draft->speakers.empty()) {
    draft->Warn("nobody is named as a speaker; who said what is unknown");
  }
  if (turns.size() > kMaxTurns) {
    return absl::InvalidArgumentError(absl::StrCat("transcript: expected at most ", kMaxTurns,
                                                   " turns, found more; split the call in two"));
  }
  return absl::OkStatus();
}

Transcript Assemble(Draft draft, const ParseOptions& options) {
  People people(draft);
  if (people.Overflowed()) {
    draft.Warn(absl::StrCat("more than ", kMaxParticipants,
                            " people are named; the later ones were left out"));
  }
  people.FillFrom(options.known_people);
  NameInvitees(draft, &people);
  ReadIntroductions(draft, &people);
  InferSides(draft, options, &people);
  Transcript transcript;
  transcript.format = draft.format;
  transcript.title = std::move(draft.title);
  transcript.occurred_at = draft.occurred_at;
  transcript.warnings = std::move(draft.warnings);
  transcript.turns.reserve(draft.turns.size());
  for (DraftTurn& draft_turn : draft.turns) {
    Turn& turn = transcript.turns.emplace_back();
    turn.index = static_cast<int32_t>(transcript.turns.size()) - 1;
    const int32_t person = people.OfSpeaker(draft_turn.speaker);
    if (person >= 0) turn.speaker = people.participants()[static_cast<size_t>(person)].name;
    turn.text = std::move(draft_turn.text);
    turn.start = draft_turn.start;
    turn.end = draft_turn.end;
  }
  transcript.participants = std::move(people.participants());
  return transcript;
}

}  // namespace

absl::StatusOr<Transcript> Parse(absl::string_view text, const ParseOptions& options) {
  RETURN_IF_ERROR(CheckSize(text));
  std::vector<std::string> warnings;
  ASSIGN_OR_RETURN(const CleanText clean, CleanText::From(text, &warnings));
  RETURN_IF_ERROR(CheckNotBlank(clean.view()));
  ASSIGN_OR_RETURN(Draft draft, ParseAs(options.format, clean.view()));
  draft.warnings.insert(draft.warnings.begin(), warnings.begin(), warnings.end());
  RETURN_IF_ERROR(CheckTurns(&draft));
  RETURN_IF_ERROR(CheckAttributed(draft, options.format));
  return Assemble(std::move(draft), options);
}

absl::string_view FormatName(Format format) {
  constexpr absl::string_view kNames[] = {
      "unknown", "plain",     "bracketed", "webvtt",  "srt",     "otter", "google_meet",
      "gong",    "fireflies", "grain",     "granola", "whisper", "chat",  "unattributed"};
  const auto index = static_cast<size_t>(format);
  return index < std::size(kNames) ? kNames[index] : kNames[0];
}

}  // namespace throughline::transcript
