#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/chat_stamp.h"
#include "common/transcript/formats.h"
#include "common/transcript/header.h"
#include "common/transcript/label_line.h"
#include "common/transcript/otter_line.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// What stands above the first speaker: title, date, and Otter's two lists.
void ReadPreamble(absl::string_view line, std::string* section, HeaderReader* header,
                  Draft* draft) {
  if (*section == "speakers") {
    header->Read(absl::StrCat("Participants: ", line));
    section->clear();
    return;
  }
  if (line == "SPEAKERS" || line == "SUMMARY KEYWORDS") {
    *section = Lowered(line);
    return;
  }
  if (*section == "summary keywords") {
    section->clear();
    return;
  }
  if (header->Read(line)) return;
  if (!draft->occurred_at.has_value()) header->ReadLooseDate(line);
  if (draft->title.empty() && line.size() < 160) draft->title = Folded(line);
}

}  // namespace

std::optional<OtterLine> ReadOtterLine(absl::string_view line) {
  constexpr size_t kMaxLineBytes = 120;
  if (line.size() > kMaxLineBytes || line.size() < 5) return std::nullopt;
  absl::string_view name = line;
  std::optional<absl::Duration> time;
  bool wide = false;
  const size_t space = line.find_last_of(" \t");
  if (space != absl::string_view::npos) time = WholeTime(line.substr(space + 1));
  if (time.has_value()) {
    wide = space > 0 && (line[space - 1] == ' ' || line[space] == '\t');
    name = Trimmed(line.substr(0, space));
  } else if (TakeTrailingChatStamp(&name).has_value()) {
    // Two spaces, a bracket or a dash part them.
    const size_t gap = name.size() + 1;
    wide = gap < line.size() && !absl::ascii_isalnum(line[gap]);
  } else {
    time = TakeLeadingTime(&name);
    if (!time.has_value() && !TakeChatStamp(&name).has_value()) return std::nullopt;
  }
  if (name.empty() || absl::StrContains(name, ':') || !IsLabelShaped(name) ||
      !IsCapitalizedName(Trimmed(name.substr(0, name.find('('))))) {
    return std::nullopt;
  }
  return OtterLine{name, time, wide};
}

Draft ParseOtter(absl::string_view text) {
  Draft draft(Format::kOtter);
  HeaderReader header(&draft, [](absl::string_view) { return false; });
  LineReader lines(text);
  absl::string_view line;
  std::string section;
  bool after_blank = true;
  while (lines.Next(&line) && draft.turns.size() <= kMaxTurns) {
    if (line.empty()) {
      after_blank = true;
      continue;
    }
    if (IsBoilerplate(line)) continue;
    const std::optional<OtterLine> speaker = ReadOtterLine(line);
    if (speaker.has_value() && (after_blank || speaker->wide)) {
      draft.AddTurn(draft.Speaker(speaker->name), "", speaker->time);
    } else if (draft.turns.empty()) {
      ReadPreamble(line, &section, &header, &draft);
    } else {
      draft.ContinueTurn(line);
    }
    after_blank = false;
  }
  return draft;
}

}  // namespace throughline::transcript
