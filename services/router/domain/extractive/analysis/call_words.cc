#include "services/router/domain/extractive/analysis/call_words.h"

#include <cmath>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/sentence_model.h"

namespace throughline::router::extractive {
namespace {

// How much a known feature occurs in each group.
struct Counts {
  absl::Span<const WeightTable::Weight> weights;
  GroupWeights sums{};
};

size_t CountSentences(const CallView& call) {
  size_t count = 0;
  for (const Line& line : call.lines) {
    for (const Sentence& sentence : line.reading.sentences)
      count += IsHeard(line, sentence) ? 1 : 0;
  }
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
      if (!IsHeard(line, sentence)) continue;
      const GroupWeights groups = groups_of(line, number, static_cast<float>(number) / total);
      ++number;
      if (groups == GroupWeights{}) continue;
      ForEachWord(line.reading, sentence, [&](absl::string_view feature) {
        const absl::Span<const WeightTable::Weight> found = table.Find(feature);
        if (found.empty()) return;
        const auto [place, is_new] = places.try_emplace(found.data(), words.size());
        if (is_new) words.push_back({found, {}});
        GroupWeights& sums = words[place->second].sums;
        for (size_t g = 0; g < kMaxWordGroups; ++g) sums[g] += groups[g];
      });
    }
  }
  return words;
}

float Damped(float sum) { return sum < 1 ? sum : 1 + std::log(sum); }

}  // namespace

void WeighWords(const CallView& call, const WeightTable& table, GroupsOf groups_of,
                absl::Span<float> scores) {
  std::vector<Counts> words = CountWords(call, table, groups_of);
  GroupWeights length{};
  for (Counts& counts : words) {
    for (size_t g = 0; g < kMaxWordGroups; ++g) {
      counts.sums[g] = Damped(counts.sums[g]);
      length[g] += counts.sums[g] * counts.sums[g];
    }
  }
  for (float& one : length) one = one > 0 ? std::sqrt(one) : 1;
  for (const Counts& counts : words) {
    for (const WeightTable::Weight& weight : counts.weights) {
      const size_t group = weight.output / scores.size();
      scores[weight.output % scores.size()] += weight.value * counts.sums[group] / length[group];
    }
  }
}

}  // namespace throughline::router::extractive
