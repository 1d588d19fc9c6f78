#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/transcript/cue_text.h"
#include "common/transcript/formats.h"
#include "common/transcript/header.h"
#include "common/transcript/label_evidence.h"
#include "common/transcript/label_line.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr absl::string_view kArrow = "-->";

struct CueTimes {
  absl::Duration start;
  absl::Duration end;
};

// "00:00:02,480 --> 00:00:06,110 align:start".
std::optional<CueTimes> ReadCueTimes(absl::string_view line) {
  if (line.empty() || !absl::ascii_isdigit(line[0])) return std::nullopt;
  const std::optional<absl::Duration> start = ConsumeTime(&line);
  if (!start.has_value()) return std::nullopt;
  line = Trimmed(line);
  if (!absl::ConsumePrefix(&line, kArrow)) return std::nullopt;
  line = Trimmed(line);
  const std::optional<absl::Duration> end = ConsumeTime(&line);
  return CueTimes{*start, end.value_or(*start)};
}

bool StartsComment(absl::string_view line) {
  for (absl::string_view word : {"NOTE", "STYLE", "REGION"}) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, word) && (rest.empty() || rest[0] == ' ')) return true;
  }
  return false;
}

// Reads the blocks of a VTT or SRT file: comments, cue identifiers, times, text.
class CueReader {
 public:
  CueReader(absl::string_view text, Format format)
      : text_(text),
        draft_(format),
        evidence_(text),
        header_(&draft_, [](absl::string_view) { return false; }) {
    evidence_.Decide({});
  }

  Draft Read() && {
    LineReader lines(text_);
    absl::string_view line;
    while (lines.Next(&line) && draft_.turns.size() <= kMaxTurns) ReadLine(line);
    FlushHeldLine();
    if (cues_ == 0) draft_.turns.clear();  // no captions, whatever else it is
    if (backward_cues_ > 0) {
      draft_.Warn(
          absl::StrCat(backward_cues_, " cues end before they start; their end was dropped"));
    }
    return std::move(draft_);
  }

 private:
  void ReadLine(absl::string_view line) {
    if (line.empty()) {
      FlushHeldLine();
      at_block_start_ = true;
      in_comment_ = false;
      in_cue_ = false;
      return;
    }
    const bool block_start = std::exchange(at_block_start_, false);
    if (block_start && (StartsComment(line) || absl::StartsWith(line, "WEBVTT"))) {
      in_comment_ = true;
      ReadComment(line);
      return;
    }
    if (in_comment_ && !absl::StrContains(line, kArrow)) {
      header_.Read(line);
      return;
    }
    if (const auto times = ReadCueTimes(line); times.has_value()) {
      held_line_.reset();  // it was this cue's identifier
      StartCue(*times);
      return;
    }
    FlushHeldLine();
    // A number, or whatever opens a block, may be the identifier of the next cue.
    if (block_start || IsNumber(line)) {
      held_line_ = line;
    } else {
      ReadText(line);
    }
  }

  static bool IsNumber(absl::string_view line) {
    return line.size() < 9 && line.find_first_not_of("0123456789") == absl::string_view::npos;
  }

  void ReadComment(absl::string_view line) {
    if (absl::ConsumePrefix(&line, "WEBVTT")) {
      absl::ConsumePrefix(&line, " - ");
      if (!Trimmed(line).empty()) draft_.title = Folded(line);
    } else if (absl::ConsumePrefix(&line, "NOTE ")) {
      header_.Read(Trimmed(line).empty() ? "-" : Trimmed(line));
    }
  }

  // A held line that no time followed was text after all, unless no cue has begun.
  void FlushHeldLine() {
    if (!held_line_.has_value()) return;
    const absl::string_view line = *std::exchange(held_line_, std::nullopt);
    if (IsNumber(line) && !in_cue_) return;
    if (draft_.turns.empty() && !in_cue_ && header_.Read(line)) return;
    ReadText(line);
  }

  void StartCue(CueTimes times) {
    ++cues_;
    in_comment_ = false;
    in_cue_ = true;
    overlaps_last_ = end_.has_value() && times.start < *end_;
    start_ = times.start;
    end_ = times.end;
    if (times.end < times.start) {
      ++backward_cues_;
      end_.reset();
    }
    earlier_cue_ = std::exchange(this_cue_, std::string());
  }

  void ReadText(absl::string_view line) {
    for (CuePiece& piece : SplitCueLine(line)) {
      if (piece.text.empty()) continue;
      // Rolling captions show a line again while the next one appears.
      const bool shown_before = overlaps_last_ || piece.text.size() > 20;
      if (shown_before && !earlier_cue_.empty() && absl::EndsWith(earlier_cue_, piece.text) &&
          piece.voice.empty()) {
        AppendFolded(piece.text, &this_cue_);
        continue;
      }
      AppendFolded(piece.text, &this_cue_);
      AddPiece(piece);
    }
  }

  void AddPiece(const CuePiece& piece) {
    if (!piece.voice.empty()) {
      AddNamed(draft_.Speaker(piece.voice), piece.text);
      return;
    }
    const LabelLine parts = ReadLabelLine(piece.text);
    if (evidence_.IsSpeaker(parts, true)) {
      AddNamed(evidence_.SpeakerIndex(parts.label, &draft_), parts.text);
    } else if (const absl::string_view name = BracketedName(piece.text); !name.empty()) {
      AddNamed(draft_.Speaker(name), "");
    } else if (piece.changes_speaker) {
      draft_.AddTurn(-1, piece.text, start_, end_);
    } else if (has_names_) {
      draft_.ContinueTurn(piece.text, end_);
    } else {
      draft_.AddUnnamedPiece(piece.text, start_, end_);
    }
  }

  void AddNamed(int32_t speaker, absl::string_view text) {
    has_names_ = true;
    draft_.AddPiece(speaker, text, start_, end_);
  }

  absl::string_view text_;
  Draft draft_;
  LabelEvidence evidence_;
  HeaderReader header_;
  std::optional<absl::string_view> held_line_;
  std::optional<absl::Duration> start_;
  std::optional<absl::Duration> end_;
  std::string this_cue_;
  std::string earlier_cue_;
  bool overlaps_last_ = false;
  bool has_names_ = false;
  bool at_block_start_ = true;
  bool in_comment_ = false;
  bool in_cue_ = false;
  int cues_ = 0;
  int backward_cues_ = 0;
};

}  // namespace

Draft ParseCues(absl::string_view text, Format format) { return CueReader(text, format).Read(); }

}  // namespace throughline::transcript
