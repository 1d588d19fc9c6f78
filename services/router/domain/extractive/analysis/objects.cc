#include "services/router/domain/extractive/analysis/objects.h"

#include <algorithm>

namespace throughline::router::extractive {
namespace {

// Words that only hint at a category are no antecedent.
constexpr double kAntecedentWeight = 0.6;
// Of several things in one list, those much fainter than the surest are said in passing.
constexpr double kFaintest = 0.5;

bool IsList(Move move) {
  return move == Move::kNeed || move == Move::kAsk || move == Move::kPointer;
}

const Span& SentenceAround(const Line& line, const CueMatch& match) {
  return line.reading.sentences[SentenceOf(line.reading, match.first_token)].span;
}

// A list goes on past commas, to the end of the sentence or to "not".
size_t SlotEnd(const Line& line, const CueMatch& match, Move move) {
  if (!IsList(move)) return match.slot_last;
  const Span& sentence = SentenceAround(line, match);
  size_t end = match.slot_last;
  while (end < sentence.last_token && line.reading.tokens[end].text != "not" &&
         line.reading.tokens[end].text != "that" && line.reading.tokens[end].text != "because") {
    ++end;
  }
  return end;
}

}  // namespace

const Topic* Heaviest(const std::vector<const Topic*>& topics) {
  const Topic* best = nullptr;
  for (const Topic* topic : topics) {
    if (best == nullptr || topic->weight > best->weight) best = topic;
  }
  return best;
}

bool OnlyPronouns(const Line& line, const CueMatch& match) {
  for (size_t i = match.slot_first; i < match.slot_last; ++i) {
    if (!IsStopWord(line.reading.tokens[i].text)) return false;
  }
  return true;
}

bool PointsBack(const Line& line, const CueMatch& match) {
  for (size_t i = SentenceAround(line, match).first_token; i < match.last_token; ++i) {
    const absl::string_view word = line.reading.tokens[i].text;
    if (word == "that" || word == "this") return true;
  }
  return false;
}

std::vector<const Topic*> ObjectFinder::Within(size_t line, size_t first, size_t last) const {
  std::vector<const Topic*> within;
  for (const Topic& topic : topics_[line]) {
    if (topic.first_token < last && first < topic.last_token) within.push_back(&topic);
  }
  return within;
}

std::vector<const Topic*> ObjectFinder::Closing(size_t index, const CueMatch& match) const {
  const Line& line = call_.lines[index];
  const Span& clause = line.reading.clauses[ClauseOf(line.reading, match.first_token)].span;
  if (match.slot_last > match.slot_first) {
    const auto in_slot = Within(index, match.slot_first, match.slot_last);
    if (!in_slot.empty()) return {in_slot.front()};
  }
  const auto left = Within(index, clause.first_token, match.first_token);
  if (!left.empty()) return {Heaviest(left)};
  const auto inside = Within(index, match.first_token, match.last_token);
  if (!inside.empty()) return {inside.front()};
  return {};
}

std::vector<const Topic*> ObjectFinder::Open(size_t index, const CueMatch& match, Move move) const {
  const Line& line = call_.lines[index];
  if (match.slot_last > match.slot_first) {
    if (OnlyPronouns(line, match)) return {};
    auto in_slot = Within(index, match.slot_first, SlotEnd(line, match, move));
    if (!in_slot.empty()) {
      const Topic* heaviest = Heaviest(in_slot);
      if (!IsList(move)) return {heaviest};
      const double least = heaviest->weight * kFaintest;
      in_slot.erase(std::remove_if(in_slot.begin(), in_slot.end(),
                                   [least](const Topic* topic) { return topic->weight < least; }),
                    in_slot.end());
      return in_slot;
    }
  }
  const Span& clause = line.reading.clauses[ClauseOf(line.reading, match.first_token)].span;
  const auto around =
      Within(index, clause.first_token, std::max(clause.last_token, match.last_token));
  if (!around.empty()) return {Heaviest(around)};
  return {};
}

std::vector<const Topic*> ObjectFinder::Next(size_t index, const CueMatch& match, Move move) const {
  const Line& line = call_.lines[index];
  const size_t sentence = SentenceOf(line.reading, match.first_token);
  const auto rest = Within(index, match.first_token, SentenceAround(line, match).last_token);
  if (!rest.empty()) return {rest.front()};
  const bool forward = move == Move::kPointer || move == Move::kRaise;
  if (!forward || sentence + 1 >= line.reading.sentences.size()) return {};
  const Sentence& next = line.reading.sentences[sentence + 1];
  const auto found = Within(index, next.span.first_token, next.span.last_token);
  const absl::string_view lead = line.reading.tokens[next.span.first_token].text;
  const bool contrast = lead == "not" || lead == "no" || PointsBack(line, match);
  if (!found.empty() && !next.question && !contrast) return {Heaviest(found)};
  return {};
}

std::vector<const Topic*> ObjectFinder::InSentence(size_t index, const CueMatch& match) const {
  const Span& own = SentenceAround(call_.lines[index], match);
  const Topic* best = Heaviest(Within(index, own.first_token, own.last_token));
  if (best == nullptr || best->weight < kAntecedentWeight) return {};
  return {best};
}

std::vector<const Topic*> ObjectFinder::Before(size_t index, size_t token, bool far) const {
  const auto own = Within(index, 0, token);
  for (size_t i = own.size(); i-- > 0;) {
    if (own[i]->weight >= kAntecedentWeight && !IsSettledThere(*own[i])) return {own[i]};
  }
  if (!far) return {};
  for (size_t back = 1; back <= 2 && back <= index; ++back) {
    const Topic* best = nullptr;
    for (const Topic& topic : topics_[index - back]) {
      if (IsSettledThere(topic)) continue;
      if (best == nullptr || topic.weight >= best->weight) best = &topic;
    }
    if (best != nullptr && best->weight >= kAntecedentWeight) return {best};
  }
  return {};
}

bool ObjectFinder::IsSettledThere(const Topic& topic) const {
  const Line& line = call_.lines[topic.line];
  const size_t clause = ClauseOf(line.reading, topic.first_token);
  if (line.guards[clause].denied) return true;
  const Span& span = line.reading.clauses[clause].span;
  return std::any_of(line.matches.begin(), line.matches.end(), [&](const CueMatch& match) {
    return match.cue->kind == "settle" && match.first_token >= topic.first_token &&
           match.first_token < span.last_token &&
           !NegatedBefore(line.reading, match.first_token, 2);
  });
}

}  // namespace throughline::router::extractive
