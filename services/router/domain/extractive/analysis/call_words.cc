#include "services/router/domain/extractive/analysis/call_words.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/sentence_model.h"

namespace throughline::router::extractive {
namespace {

// How often a known feature occurs in each group.
struct Counts {
  absl::Span<const WeightTable::Weight> weights;
  std::array<uint32_t, kMaxWordGroups> times{};
};

size_t CountSentences(const CallView& call) {
  size_t count = 0;
  for (const Line& line : call.lines) count += line.reading.sentences.size();
  return count;
}

// In the order of their first use, so that sums are the same each time.
std::vector<Counts> CountWords(const CallView& call, const WeightTable& table, GroupsOf groups_of) {
  std::vector<Counts> words;
  absl::flat_hash_map<const WeightTable::Weight*, size_t> places;
  const auto total = static_cast<float>(CountSentences(call));
  size_t number = 0;
  for (const Line& line : call.lines) {
    for (const Sentence& sentence : line.reading.sentences) {
      const unsigned groups = groups_of(line, static_cast<float>(number++) / total);
      if (groups == 0) continue;
      ForEachWord(line.reading, sentence, [&](absl::string_view feature) {
        const absl::Span<const WeightTable::Weight> found = table.Find(feature);
        if (found.empty()) return;
        const auto [place, is_new] = places.try_emplace(found.data(), words.size());
        if (is_new) words.push_back({found, {}});
        for (size_t g = 0; g < kMaxWordGroups; ++g) {
          if ((groups >> g & 1U) != 0) ++words[place->second].times[g];
        }
      });
    }
  }
  return words;
}

float Damped(uint32_t times) { return times == 0 ? 0 : 1 + std::log(static_cast<float>(times)); }

}  // namespace

void WeighWords(const CallView& call, const WeightTable& table, GroupsOf groups_of,
                absl::Span<float> scores) {
  const std::vector<Counts> words = CountWords(call, table, groups_of);
  std::array<float, kMaxWordGroups> length{};
  for (const Counts& counts : words) {
    for (size_t g = 0; g < kMaxWordGroups; ++g) {
      length[g] += Damped(counts.times[g]) * Damped(counts.times[g]);
    }
  }
  for (float& one : length) one = one > 0 ? std::sqrt(one) : 1;
  for (const Counts& counts : words) {
    for (const WeightTable::Weight& weight : counts.weights) {
      const size_t group = weight.output / scores.size();
      scores[weight.output % scores.size()] +=
          weight.value * Damped(counts.times[group]) / length[group];
    }
  }
}

}  // namespace throughline::router::extractive
