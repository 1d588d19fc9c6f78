#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_MOVES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_MOVES_H_

#include <optional>

#include "absl/strings/string_view.h"

// What saying something does to a thing in the way.
namespace throughline::router::extractive {

// From weak to strong; what it does to a blocker is lifecycle.cc's business.
enum class Move {
  kProgress,  // under review, in somebody's hands
  kAsk,
  kNeed,
  kRaise,
  kFix,
  kGate,
  kPointer,
  kSettle,
  kWithdraw,
  kReopen,
};

// The move of a cue's kind; none for kinds that move nothing.
std::optional<Move> MoveOf(absl::string_view kind);

// The thing is out of the way.
bool IsClosing(Move move);
// It is in the way.
bool IsAdverse(Move move);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_MOVES_H_
