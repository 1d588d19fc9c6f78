#include "services/router/domain/extractive/language/turn_readings.h"

#include <string>
#include <utility>

namespace throughline::router::extractive {

const std::vector<TurnReading>& TurnReadings::Of(const transcript::Transcript& transcript,
                                                 Patience& patience) const {
  static const auto* const kNone = new std::vector<TurnReading>;
  absl::MutexLock lock(&state_->mutex);
  std::vector<TurnReading>& turns = state_->turns;
  turns.reserve(transcript.turns.size());
  while (turns.size() < transcript.turns.size()) {
    const std::string& text = transcript.turns[turns.size()].text;
    if (patience.Ended(text.size())) return *kNone;
    Reading reading = ReadTurn(text);
    std::vector<CueMatch> matches = BuiltinLexicon().Match(reading);
    turns.push_back({.reading = std::move(reading), .matches = std::move(matches)});
  }
  return turns;
}

const std::vector<SentenceScores>& TurnReadings::ScoresOf(size_t turn) const {
  absl::MutexLock lock(&state_->mutex);
  state_->scores.resize(state_->turns.size());
  std::vector<SentenceScores>& scores = state_->scores[turn];
  const Reading& reading = state_->turns[turn].reading;
  if (scores.empty()) {
    scores.reserve(reading.sentences.size());
    for (const Sentence& sentence : reading.sentences) {
      scores.push_back(BuiltinSentenceModel().Score(reading, sentence));
    }
  }
  return scores;
}

}  // namespace throughline::router::extractive
