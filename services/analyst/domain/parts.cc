#include "services/analyst/domain/parts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"

namespace throughline::analyst {
namespace {

// Of a part, what may repeat the end of the part before.
constexpr size_t kOverlapShare = 8;
// "[12345] " and ": " and the line's end around a turn in a prompt.
constexpr size_t kTurnFrameBytes = 12;

// A turn, or a stretch of one that is too long.
struct Piece {
  int32_t turn = 0;
  absl::string_view text;
  size_t bytes = 0;  // in a prompt
};

// Where to cut so that at most `most` bytes come before: behind a space if there is one in the
// second half, else between two characters.
size_t CutAt(absl::string_view text, size_t most) {
  if (text.size() <= most) return text.size();
  const size_t space = text.rfind(' ', most);
  if (space != absl::string_view::npos && space > most / 2) return space + 1;
  size_t cut = most;
  while (cut > 1 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return cut;
}

std::vector<Piece> PiecesOf(const std::vector<transcript::Turn>& turns, size_t max_bytes) {
  std::vector<Piece> pieces;
  for (const transcript::Turn& turn : turns) {
    const size_t frame = kTurnFrameBytes + turn.speaker.size();
    const size_t most = max_bytes > 2 * frame ? max_bytes - frame : std::max<size_t>(max_bytes, 2);
    absl::string_view rest(turn.text);
    do {
      const absl::string_view text = rest.substr(0, CutAt(rest, most));
      pieces.push_back({.turn = turn.index, .text = text, .bytes = frame + text.size()});
      rest.remove_prefix(text.size());
    } while (!rest.empty());
  }
  return pieces;
}

// Where the part ends that begins at `begin`.
size_t EndOf(const std::vector<Piece>& pieces, size_t begin, size_t max_bytes) {
  size_t end = begin;
  size_t bytes = 0;
  while (end < pieces.size() && (end == begin || bytes + pieces[end].bytes <= max_bytes)) {
    bytes += pieces[end++].bytes;
  }
  return end;
}

CallPart MakePart(const grounding::CallContext& call, const std::vector<Piece>& pieces,
                  size_t begin, size_t end) {
  CallPart part;
  part.call = {.customer_id = call.customer_id,
               .call_id = call.call_id,
               .customer_name = call.customer_name,
               .seller_name = call.seller_name,
               .known = call.known};
  part.call.transcript.participants = call.transcript.participants;
  part.call.transcript.occurred_at = call.transcript.occurred_at;
  part.call.transcript.title = call.transcript.title;
  part.call.transcript.format = call.transcript.format;
  for (size_t i = begin; i < end; ++i) {
    const transcript::Turn& turn = call.transcript.turns[static_cast<size_t>(pieces[i].turn)];
    part.whole_turn.push_back(turn.index);
    part.call.transcript.turns.push_back({.index = static_cast<int32_t>(i - begin),
                                          .speaker = turn.speaker,
                                          .text = std::string(pieces[i].text),
                                          .start = turn.start,
                                          .end = turn.end});
  }
  return part;
}

}  // namespace

std::vector<CallPart> SplitCall(const grounding::CallContext& call, size_t max_bytes) {
  std::vector<CallPart> parts;
  if (max_bytes == 0) max_bytes = std::string::npos;
  const std::vector<Piece> pieces = PiecesOf(call.transcript.turns, max_bytes);
  std::vector<std::pair<size_t, size_t>> stretches;
  for (size_t begin = 0; begin < pieces.size();) {
    const size_t end = EndOf(pieces, begin, max_bytes);
    stretches.emplace_back(begin, end);
    if (end == pieces.size()) break;
    size_t next = end;
    size_t repeated = 0;
    while (next > begin + 1 && repeated + pieces[next - 1].bytes <= max_bytes / kOverlapShare) {
      repeated += pieces[--next].bytes;
    }
    begin = next;
  }
  if (stretches.size() > kMaxParts) {
    stretches.erase(stretches.begin() + kMaxParts / 2,
                    stretches.end() - (kMaxParts - kMaxParts / 2));
  }
  for (const auto& [begin, end] : stretches) parts.push_back(MakePart(call, pieces, begin, end));
  return parts;
}

}  // namespace throughline::analyst
