#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "common/transcript/formats.h"
#include "common/transcript/header.h"
#include "common/transcript/label_evidence.h"
#include "common/transcript/label_line.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// A header is looked for in this many lines.
constexpr int kMaxHeaderLines = 60;

// Reads the header and returns where its lines begin, so that none of them becomes a turn.
absl::flat_hash_set<size_t> ReadHeader(absl::string_view text, const LabelEvidence& evidence,
                                       Draft* draft) {
  absl::flat_hash_set<size_t> header_lines;
  HeaderReader header(draft, [&](absl::string_view name) { return evidence.Speaks(name); });
  LineReader lines(text);
  absl::string_view line;
  for (int count = 0; count < kMaxHeaderLines && lines.Next(&line); ++count) {
    if (line.empty()) continue;
    if (header.Read(line)) {
      header_lines.insert(lines.offset());
    } else if (evidence.IsFrequent(ReadLabelLine(line))) {
      break;
    }
  }
  return header_lines;
}

// Text above the dialogue that is no header: the first line may be a title.
class Preamble {
 public:
  explicit Preamble(Draft* draft) : draft_(draft) {}

  void Add(absl::string_view line) {
    if (lines_++ == 0 && draft_->title.empty() && line.size() < 160) {
      draft_->title = Folded(line);
      --lines_;
    }
  }

  void Finish() {
    if (lines_ > 0) draft_->Warn("text above the first speaker was not used: nobody says it");
  }

 private:
  Draft* draft_;
  int lines_ = 0;
};

std::optional<absl::Duration> LoneTime(absl::string_view line) {
  if (line.size() > 16 || line.size() < 4) return std::nullopt;
  return WholeTime(line);
}

void ReadTurns(absl::string_view text, const absl::flat_hash_set<size_t>& header_lines,
               LabelEvidence* evidence, Draft* draft) {
  Preamble preamble(draft);
  LineReader lines(text);
  absl::string_view line;
  std::optional<absl::Duration> lone_time;
  bool after_blank = true;
  while (lines.Next(&line) && draft->turns.size() <= kMaxTurns) {
    if (line.empty()) {
      after_blank = true;
      continue;
    }
    if (header_lines.contains(lines.offset()) || IsBoilerplate(line)) continue;
    if (const auto time = LoneTime(line); time.has_value()) {
      lone_time = time;
      continue;
    }
    const LabelLine parts = ReadLabelLine(line);
    if (parts.stamp.has_value() && !draft->occurred_at.has_value()) {
      draft->occurred_at = parts.stamp->day;
    }
    if (evidence->IsSpeaker(parts, after_blank)) {
      draft->AddTurn(evidence->SpeakerIndex(parts.label, draft), parts.text,
                     parts.time.has_value() ? parts.time : lone_time);
      lone_time.reset();
    } else if (parts.stamp.has_value() && parts.label.empty()) {
      continue;  // "14/10/2025, 09:02 - Ana joined": the chat's own words
    } else if (draft->turns.empty()) {
      preamble.Add(line);
    } else {
      draft->ContinueTurn(parts.time_leads && parts.label.empty() ? parts.text : line);
    }
    after_blank = false;
  }
  preamble.Finish();
}

}  // namespace

Draft ParseLabelled(absl::string_view text) {
  Draft draft(Format::kPlain);
  LabelEvidence evidence(text);
  const absl::flat_hash_set<size_t> header_lines = ReadHeader(text, evidence, &draft);
  evidence.Decide(draft.listed);
  ReadTurns(text, header_lines, &evidence, &draft);
  if (evidence.UsesBrackets()) draft.format = Format::kBracketed;
  return draft;
}

Draft ParseUnattributed(absl::string_view text) {
  Draft draft(Format::kUnattributed);
  HeaderReader header(&draft, [](absl::string_view) { return false; });
  LineReader lines(text);
  absl::string_view line;
  bool at_top = true;
  bool new_paragraph = true;
  while (lines.Next(&line) && draft.turns.size() <= kMaxTurns) {
    if (line.empty()) {
      new_paragraph = true;
      continue;
    }
    if (at_top && header.Read(line)) continue;
    at_top = false;
    if (new_paragraph) {
      draft.AddTurn(-1, line);
    } else {
      draft.ContinueTurn(line);
    }
    new_paragraph = false;
  }
  return draft;
}

}  // namespace throughline::transcript
