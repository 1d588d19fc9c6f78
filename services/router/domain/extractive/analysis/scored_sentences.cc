#include "services/router/domain/extractive/analysis/scored_sentences.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/types/span.h"
#include "services/router/domain/extractive/language/weight_table.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

// What a sentence of another time or company still counts.
constexpr float kElsewhere = 0.2F;
// How fast what the neighbours of a sentence speak of fades, and how far it reaches.
constexpr float kFading = 3;
constexpr size_t kReach = 8;
constexpr float kOwn = 1.5F;
// Neighbours that do nothing say less of what the talk is about.
constexpr float kIdle = 0.7F;

// What a sentence is about, by its words and those around it: "That one's done" speaks of the last
// thing. As fit_reading.py weighs them.
void ReadInContext(std::vector<ScoredSentence>& sentences) {
  std::array<float, kReach + 1> fading{};
  for (size_t apart = 0; apart < fading.size(); ++apart) {
    fading[apart] = std::exp(-static_cast<float>(apart) / kFading);
  }
  for (size_t i = 0; i < sentences.size(); ++i) {
    ScoredSentence& one = sentences[i];
    for (size_t s = 0; s < kSubjects; ++s) one.subject[s] = kOwn * one.scores.subject_sums[s];
    const size_t first = i < kReach ? 0 : i - kReach;
    const size_t last = std::min(sentences.size(), i + kReach + 1);
    for (size_t j = first; j < last; ++j) {
      const ScoredSentence& other = sentences[j];
      const bool near = std::max(other.line, one.line) - std::min(other.line, one.line) <= 1;
      if (j == i || !near) continue;
      const float weight =
          fading[i < j ? j - i : i - j] * (1 - kIdle * other.scores.Of(Act::kNeutral));
      for (size_t s = 0; s < kSubjects; ++s) {
        one.subject[s] += weight * other.scores.subject_sums[s];
      }
    }
    Softmax(absl::MakeSpan(one.subject));
  }
}

}  // namespace

float ScoredSentence::SaysAgainst() const {
  return scores.Of(Act::kRaise) + scores.Of(Act::kReopen) + scores.Of(Act::kPoint);
}
float ScoredSentence::SaysClosing() const {
  return scores.Of(Act::kSettle) + scores.Of(Act::kDeny);
}
float ScoredSentence::Against() const { return customer ? counts * SaysAgainst() : 0; }
float ScoredSentence::Pointing() const { return customer ? counts * scores.Of(Act::kPoint) : 0; }
float ScoredSentence::Closing() const { return customer ? counts * SaysClosing() : 0; }

std::vector<ScoredSentence> ScoreSentences(const CallView& call, const SentenceModel& model) {
  const bool builtin = &model == &BuiltinSentenceModel();
  std::vector<ScoredSentence> sentences;
  for (size_t i = 0; i < call.lines.size() && !call.Ended(i); ++i) {
    const Line& line = call.lines[i];
    const std::vector<SentenceScores>* const known =
        builtin ? &call.readings->ScoresOf(i) : nullptr;
    for (size_t k = 0; k < line.reading.sentences.size(); ++k) {
      const Sentence& sentence = line.reading.sentences[k];
      if (!IsHeard(line, sentence)) continue;
      ScoredSentence one;
      one.line = i;
      one.sentence = k;
      one.customer = line.side != Side::kSeller;
      one.scores = known != nullptr ? (*known)[k] : model.Score(line.reading, sentence);
      for (size_t t = sentence.span.first_token; t < sentence.span.last_token; ++t) {
        const Guards& guards = GuardsAt(line, t);
        if (guards.anecdote || guards.third_party) one.counts = kElsewhere;
      }
      sentences.push_back(one);
    }
  }
  for (size_t i = 0; i < sentences.size(); ++i) {
    sentences[i].place =
        static_cast<float>(i) / static_cast<float>(std::max<size_t>(1, sentences.size() - 1));
  }
  ReadInContext(sentences);
  return sentences;
}

}  // namespace throughline::router::extractive
