#ifndef THROUGHLINE_COMMON_TRANSCRIPT_DRAFT_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_DRAFT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/transcript/person.h"
#include "common/transcript/transcript.h"

namespace throughline::transcript {

// What one format's parser found, before people are merged. Every parser fills one of these.
struct DraftTurn {
  int32_t speaker = -1;  // index into Draft::speakers; -1: unknown
  std::string text;
  std::optional<absl::Duration> start;
  std::optional<absl::Duration> end;
};

class Draft {
 public:
  explicit Draft(Format draft_format) : format(draft_format) {}

  // The index of the speaker with this label, as the text spells it; -1 when the label names
  // nobody ("", "Unknown Speaker").
  int32_t Speaker(absl::string_view label);

  // Starts a turn. Empty text is ignored.
  void AddTurn(int32_t speaker, absl::string_view text,
               std::optional<absl::Duration> start = std::nullopt,
               std::optional<absl::Duration> end = std::nullopt);
  // Adds to the last turn, or starts one of unknown speaker.
  void ContinueTurn(absl::string_view text, std::optional<absl::Duration> end = std::nullopt);
  // Adds to the last turn when it is by the same speaker, else starts one.
  void AddPiece(int32_t speaker, absl::string_view text,
                std::optional<absl::Duration> start = std::nullopt,
                std::optional<absl::Duration> end = std::nullopt);

  // Adds words whose speaker no part of the text names: a new turn begins after a sentence's end or
  // a pause.
  void AddUnnamedPiece(absl::string_view text, std::optional<absl::Duration> start,
                       std::optional<absl::Duration> end);

  void Warn(absl::string_view warning);

  Format format;
  std::vector<DraftTurn> turns;
  std::vector<PersonNote> speakers;  // one per distinct label
  std::vector<PersonNote> listed;    // headers, invitations, meeting data
  std::string title;
  std::string organizer_email;
  std::string seller_organization;    // when a header says so
  std::string customer_organization;  // when a header says so
  std::optional<absl::Time> occurred_at;
  std::vector<std::string> warnings;

 private:
  absl::flat_hash_map<std::string, int32_t> speaker_by_label_;
};

// Puts together what live captioning cut apart: "so the price" / other: "yeah" / "is fine" becomes
// one turn of the first speaker followed by the short one.
void JoinInterleavedTurns(Draft* draft);

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_DRAFT_H_
