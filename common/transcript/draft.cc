#include "common/transcript/draft.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// A remark of at most this many words may be spoken into somebody else's sentence.
constexpr size_t kMaxInterjectionWords = 3;
constexpr size_t kMaxWarnings = 50;
constexpr size_t kMaxUnnamedTurnBytes = 1000;
constexpr absl::Duration kPause = absl::Seconds(2);

bool EndsSentence(absl::string_view text) {
  if (text.empty()) return true;
  constexpr absl::string_view kEllipsis = "\xE2\x80\xA6";
  return absl::string_view(".?!\"").find(text.back()) != absl::string_view::npos ||
         (text.size() >= 3 && text.substr(text.size() - 3) == kEllipsis);
}

bool IsInterjection(const DraftTurn& turn) {
  return turn.text.size() < 40 && Words(turn.text).size() <= kMaxInterjectionWords;
}

}  // namespace

int32_t Draft::Speaker(absl::string_view label) {
  const auto found = speaker_by_label_.find(label);
  if (found != speaker_by_label_.end()) return found->second;
  PersonNote note = ParsePersonLabel(label);
  int32_t index = -1;
  if (!note.person.name.empty()) {
    index = static_cast<int32_t>(speakers.size());
    speakers.push_back(std::move(note));
  }
  speaker_by_label_.emplace(std::string(label), index);
  return index;
}

void Draft::AddTurn(int32_t speaker, absl::string_view text, std::optional<absl::Duration> start,
                    std::optional<absl::Duration> end) {
  DraftTurn turn;
  turn.speaker = speaker;
  turn.text = Folded(text);
  turn.start = start;
  turn.end = end;
  turns.push_back(std::move(turn));
}

void Draft::ContinueTurn(absl::string_view text, std::optional<absl::Duration> end) {
  if (turns.empty()) {
    AddTurn(-1, text, std::nullopt, end);
    return;
  }
  AppendFolded(text, &turns.back().text);
  if (end.has_value()) turns.back().end = end;
}

void Draft::AddPiece(int32_t speaker, absl::string_view text, std::optional<absl::Duration> start,
                     std::optional<absl::Duration> end) {
  if (!turns.empty() && turns.back().speaker == speaker) {
    ContinueTurn(text, end);
  } else {
    AddTurn(speaker, text, start, end);
  }
}

void Draft::AddUnnamedPiece(absl::string_view text, std::optional<absl::Duration> start,
                            std::optional<absl::Duration> end) {
  const bool goes_on =
      !turns.empty() && turns.back().speaker < 0 && !EndsSentence(turns.back().text) &&
      turns.back().text.size() < kMaxUnnamedTurnBytes &&
      !(start.has_value() && turns.back().end.has_value() && *start - *turns.back().end > kPause);
  if (goes_on) {
    ContinueTurn(text, end);
  } else {
    AddTurn(-1, text, start, end);
  }
}

void Draft::Warn(absl::string_view warning) {
  if (warnings.size() < kMaxWarnings) warnings.emplace_back(warning);
}

void JoinInterleavedTurns(Draft* draft) {
  std::vector<DraftTurn>& turns = draft->turns;
  size_t kept = 0;
  for (size_t i = 0; i < turns.size(); ++i) {
    DraftTurn& turn = turns[i];
    const bool resumes = kept >= 2 && !turn.text.empty() && absl::ascii_islower(turn.text[0]) &&
                         turn.speaker >= 0 && turns[kept - 2].speaker == turn.speaker &&
                         turns[kept - 1].speaker != turn.speaker &&
                         IsInterjection(turns[kept - 1]) && !EndsSentence(turns[kept - 2].text);
    if (resumes) {
      AppendFolded(turn.text, &turns[kept - 2].text);
      if (turn.end.has_value()) turns[kept - 2].end = turn.end;
      continue;
    }
    if (kept != i) turns[kept] = std::move(turn);
    ++kept;
  }
  turns.erase(turns.begin() + static_cast<std::ptrdiff_t>(kept), turns.end());
}

}  // namespace throughline::transcript
