#include "common/transcript/detect.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/transcript/label_line.h"
#include "common/transcript/otter_line.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// So many lines show what a file is.
constexpr int kLinesLookedAt = 500;
constexpr size_t kBytesLookedAt = 256 * 1024;

bool LooksLikeJson(absl::string_view text) {
  text = Trimmed(text.substr(0, 4096));
  const bool object = absl::ConsumePrefix(&text, "{");
  if (!object && !absl::ConsumePrefix(&text, "[")) return false;
  text = Trimmed(text);
  if (text.empty()) return true;
  return object ? text[0] == '"' || text[0] == '}'
                : absl::string_view("{[]\"").find(text[0]) != absl::string_view::npos;
}

// How many lines of the beginning look like each format.
struct Score {
  int vtt_cues = 0;
  int srt_cues = 0;
  int otter = 0;
  int labels = 0;
  int meet_marks = 0;
  int me = 0;
  int them = 0;
};

void ScoreLine(absl::string_view line, Score* score) {
  if (absl::ascii_isdigit(line[0]) && absl::StrContains(line, "-->")) {
    const size_t comma = line.find(',');
    ++(comma != absl::string_view::npos && comma < line.find("-->") ? score->srt_cues
                                                                    : score->vtt_cues);
    return;
  }
  const std::optional<OtterLine> otter = ReadOtterLine(line);
  if (otter.has_value()) {
    score->otter += otter->wide ? 2 : 1;
    return;
  }
  score->meet_marks += absl::StartsWith(line, "\xF0\x9F\x93\x96") ||
                       absl::StartsWith(line, "This editable transcript was") ||
                       absl::StartsWith(line, "Transcription ended after");
  const LabelLine parts = ReadLabelLine(line);
  if (parts.label.empty()) return;
  ++score->labels;
  score->me += parts.label == "Me";
  score->them += parts.label == "Them";
}

}  // namespace

Family DetectFamily(absl::string_view text) {
  if (LooksLikeJson(text)) return Family::kJson;
  Score score;
  LineReader lines(text.substr(0, kBytesLookedAt));
  absl::string_view line;
  bool first = true;
  for (int count = 0; count < kLinesLookedAt && lines.Next(&line); ++count) {
    if (line.empty()) continue;
    if (std::exchange(first, false) && absl::StartsWith(line, "WEBVTT")) return Family::kWebVtt;
    ScoreLine(line, &score);
  }
  if (score.vtt_cues + score.srt_cues > 0) {
    return score.vtt_cues > score.srt_cues ? Family::kWebVtt : Family::kSrt;
  }
  if (score.meet_marks > 0 && score.labels > 0) return Family::kGoogleMeet;
  if (score.me > 0 && score.them > 0) return Family::kGranola;
  return score.otter > score.labels ? Family::kOtter : Family::kLabelled;
}

}  // namespace throughline::transcript
