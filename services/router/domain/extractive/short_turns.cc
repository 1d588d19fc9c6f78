#include "services/router/domain/extractive/short_turns.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"

namespace throughline::router::extractive {
namespace {

using transcript::Transcript;
using transcript::Turn;

constexpr char kSpace[] = " \t\r\n";

bool IsLong(const Turn& turn) { return turn.text.size() > kMaxTurnBytes; }

// Where the first piece of a long `text` ends.
size_t EndOfPiece(absl::string_view text) {
  for (size_t end = kMaxTurnBytes; end > kMaxTurnBytes / 2; --end) {
    const char last = text[end - 1];
    const bool mark = last == '.' || last == '?' || last == '!';
    if (mark && absl::ascii_isspace(static_cast<unsigned char>(text[end]))) return end;
  }
  const size_t space = text.find_last_of(kSpace, kMaxTurnBytes);
  return space != absl::string_view::npos && space > 0 ? space
                                                       : text.find_first_of(kSpace, kMaxTurnBytes);
}

void AppendPieces(Turn turn, std::vector<Turn>& turns) {
  const std::string whole = std::exchange(turn.text, "");
  absl::string_view rest = whole;
  while (!rest.empty()) {
    const absl::string_view piece =
        rest.substr(0, rest.size() > kMaxTurnBytes ? EndOfPiece(rest) : rest.size());
    turn.text = std::string(piece);
    turns.push_back(turn);
    rest = absl::StripLeadingAsciiWhitespace(rest.substr(piece.size()));
  }
}

}  // namespace

ShortTurns::ShortTurns(const CallInput& input) : input_(input) {
  if (std::none_of(input.transcript.turns.begin(), input.transcript.turns.end(), IsLong)) return;
  cut_ = input;
  std::vector<Turn> turns = std::exchange(cut_->transcript.turns, {});
  for (Turn& turn : turns) {
    if (IsLong(turn)) {
      AppendPieces(std::move(turn), cut_->transcript.turns);
    } else {
      cut_->transcript.turns.push_back(std::move(turn));
    }
  }
}

const Turn* TurnAt(const Transcript& transcript, int32_t turn) {
  const auto found =
      std::lower_bound(transcript.turns.begin(), transcript.turns.end(), turn,
                       [](const Turn& one, int32_t index) { return one.index < index; });
  return found == transcript.turns.end() || found->index != turn ? nullptr : &*found;
}

PlaceOfWords PlaceInTurn(const Transcript& transcript, int32_t turn, absl::string_view quote) {
  const Turn* piece = TurnAt(transcript, turn);
  if (piece == nullptr) return {};
  const Turn* const end = transcript.turns.data() + transcript.turns.size();
  for (; piece != end && piece->index == turn; ++piece) {
    const size_t begin = absl::string_view(piece->text).find(quote);
    if (begin != absl::string_view::npos) return {piece, begin, begin + quote.size()};
  }
  return {};
}

}  // namespace throughline::router::extractive
