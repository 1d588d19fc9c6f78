#include "services/router/domain/extractive/language/turn_readings.h"

#include <mutex>
#include <utility>

namespace throughline::router::extractive {

const std::vector<TurnReading>& TurnReadings::Of(const transcript::Transcript& transcript) const {
  std::call_once(state_->once, [&] {
    state_->turns.reserve(transcript.turns.size());
    for (const transcript::Turn& turn : transcript.turns) {
      Reading reading = ReadTurn(turn.text);
      std::vector<CueMatch> matches = BuiltinLexicon().Match(reading);
      state_->turns.push_back({.reading = std::move(reading), .matches = std::move(matches)});
    }
  });
  return state_->turns;
}

}  // namespace throughline::router::extractive
