#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_SHORT_TURNS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_SHORT_TURNS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "common/transcript/transcript.h"
#include "services/router/domain/extractive/engine.h"

// Sentences are weighed against the others of their turn, so that a turn costs up to the square of
// its length. Longer ones than anybody speaks are read in pieces: nothing is left out, and what a
// call costs grows with its length alone.
namespace throughline::router::extractive {

// Ten minutes of one voice without a word from another.
inline constexpr size_t kMaxTurnBytes = 8000;

// A call as the engine reads it: a turn longer than kMaxTurnBytes is several turns of one index,
// cut between sentences where there are any, else between words. Other calls are not copied.
class ShortTurns {
 public:
  // Borrows `input`.
  explicit ShortTurns(const CallInput& input);

  const CallInput& operator*() const { return cut_ ? *cut_ : input_; }

 private:
  const CallInput& input_;
  std::optional<CallInput> cut_;
};

// The first piece of the turn of that index; null when there is no such turn.
const transcript::Turn* TurnAt(const transcript::Transcript& transcript, int32_t turn);

// Words of a turn: in which piece, and where in it. No piece: they stand nowhere.
struct PlaceOfWords {
  const transcript::Turn* piece = nullptr;
  size_t begin = 0;
  size_t end = 0;

  // Of two places in one turn.
  bool Precedes(const PlaceOfWords& other) const {
    return piece < other.piece || (piece == other.piece && end <= other.begin);
  }
};

PlaceOfWords PlaceInTurn(const transcript::Transcript& transcript, int32_t turn,
                         absl::string_view quote);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_SHORT_TURNS_H_
