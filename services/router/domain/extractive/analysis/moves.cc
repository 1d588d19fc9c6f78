#include "services/router/domain/extractive/analysis/moves.h"

namespace throughline::router::extractive {

std::optional<Move> MoveOf(absl::string_view kind) {
  if (kind == "progress") return Move::kProgress;
  if (kind == "ask") return Move::kAsk;
  if (kind == "need") return Move::kNeed;
  if (kind == "raise") return Move::kRaise;
  if (kind == "fix") return Move::kFix;
  if (kind == "gate") return Move::kGate;
  if (kind == "pointer" || kind == "pointer.only") return Move::kPointer;
  if (kind == "settle") return Move::kSettle;
  if (kind == "withdraw") return Move::kWithdraw;
  if (kind == "reopen") return Move::kReopen;
  return std::nullopt;
}

bool IsClosing(Move move) { return move == Move::kSettle || move == Move::kWithdraw; }

bool IsAdverse(Move move) { return !IsClosing(move) && move != Move::kProgress; }

}  // namespace throughline::router::extractive
