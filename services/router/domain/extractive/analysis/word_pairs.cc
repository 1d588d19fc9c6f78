#include "services/router/domain/extractive/analysis/word_pairs.h"

#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace throughline::router::extractive {
namespace {

constexpr absl::string_view kStart = "<";
constexpr absl::string_view kEnd = ">";

}  // namespace

WordPairs::WordPairs(absl::string_view table, float scale) {
  const auto number = [&](absl::string_view word) {
    return words_.Add(word, static_cast<uint32_t>(words_.size() + 1));
  };
  for (absl::string_view line : absl::StrSplit(table, '\n')) {
    if (!absl::ConsumePrefix(&line, "b:")) continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, '\t');
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(parts.first, absl::MaxSplits('_', 1));
    absl::string_view weight = parts.second;
    int value = 0;
    const bool read = absl::ConsumePrefix(&weight, "0:") && absl::SimpleAtoi(weight, &value);
    if (!read || pair.first.empty() || pair.second.empty()) continue;
    places_[Key(number(pair.first), number(pair.second))] = static_cast<uint32_t>(weights_.size());
    weights_.push_back(static_cast<float>(value) / scale);
  }
}

uint32_t WordPairs::NumberOf(absl::string_view word) const {
  const uint32_t* const found = words_.Find(word);
  return found == nullptr ? 0 : *found;
}

float WordPairs::Weigh(const CallView& call) const {
  std::vector<float> counts(weights_.size(), 0);
  std::vector<uint32_t> seen;  // in the order of their first use
  const auto count = [&](uint32_t one, uint32_t next) {
    if (one == 0 || next == 0) return;
    const auto place = places_.find(Key(one, next));
    if (place == places_.end()) return;
    if (counts[place->second] == 0) seen.push_back(place->second);
    counts[place->second] += 1;
  };
  const uint32_t start = NumberOf(kStart);
  const uint32_t end = NumberOf(kEnd);
  for (const Line& line : call.lines) {
    for (const Sentence& sentence : line.reading.sentences) {
      if (!IsHeard(line, sentence)) continue;
      uint32_t before = start;
      for (size_t i = sentence.span.first_token; i < sentence.span.last_token; ++i) {
        const uint32_t word = NumberOf(line.reading.tokens[i].text);
        count(before, word);
        before = word;
      }
      count(before, end);
    }
  }
  float sum = 0;
  float squares = 0;
  for (const uint32_t place : seen) {
    const float damped = 1 + std::log(counts[place]);
    sum += damped * weights_[place];
    squares += damped * damped;
  }
  return squares > 0 ? sum / std::sqrt(squares) : 0;
}

}  // namespace throughline::router::extractive
