#include "services/router/domain/extractive/analysis/call_model.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

constexpr float kScale = 10;
constexpr size_t kClasses = kSubjects + 1;

// Which words: everything the customer says, their words at the end, the seller's at the end.
enum Group { kAll, kEnd, kSellerEnd, kGroups };

// How often a known feature occurs in each group.
struct Counts {
  absl::Span<const WeightTable::Weight> weights;
  std::array<uint32_t, kGroups> times{};
};

size_t CountSentences(const CallView& call) {
  size_t count = 0;
  for (const Line& line : call.lines) count += line.reading.sentences.size();
  return count;
}

// In the order of their first use, so that sums are the same each time.
std::vector<Counts> CountWords(const CallView& call, const WeightTable& table) {
  std::vector<Counts> words;
  absl::flat_hash_map<const WeightTable::Weight*, size_t> places;
  const auto total = static_cast<float>(CountSentences(call));
  size_t number = 0;
  for (const Line& line : call.lines) {
    const bool seller = line.side == transcript::Side::kSeller;
    for (const Sentence& sentence : line.reading.sentences) {
      const auto place = static_cast<float>(number++);
      if (seller && place < kSellersEnd * total) continue;
      const bool end = place >= kCallEnd * total;
      ForEachWord(line.reading, sentence, [&](absl::string_view feature) {
        const absl::Span<const WeightTable::Weight> found = table.Find(feature);
        if (found.empty()) return;
        const auto [place, is_new] = places.try_emplace(found.data(), words.size());
        if (is_new) words.push_back({found, {}});
        Counts& counts = words[place->second];
        ++counts.times[seller ? kSellerEnd : kAll];
        if (!seller && end) ++counts.times[kEnd];
      });
    }
  }
  return words;
}

float Damped(uint32_t times) { return 1 + std::log(static_cast<float>(times)); }

}  // namespace

absl::StatusOr<CallModel> CallModel::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(WeightTable weights,
                   WeightTable::Parse("calls.model", text, kGroups * kClasses, kScale));
  return CallModel(std::move(weights));
}

CallScores CallModel::Score(const CallView& call) const {
  const std::vector<Counts> words = CountWords(call, weights_);
  std::array<float, kGroups> length{};
  for (const Counts& counts : words) {
    for (size_t g = 0; g < kGroups; ++g) {
      if (counts.times[g] > 0) length[g] += Damped(counts.times[g]) * Damped(counts.times[g]);
    }
  }
  for (float& one : length) one = one > 0 ? std::sqrt(one) : 1;
  CallScores scores;
  std::copy_n(weights_.bias().begin(), kClasses, scores.begin());
  for (const Counts& counts : words) {
    for (const WeightTable::Weight& weight : counts.weights) {
      const size_t group = weight.output / kClasses;
      if (counts.times[group] == 0) continue;
      scores[weight.output % kClasses] +=
          weight.value * Damped(counts.times[group]) / length[group];
    }
  }
  Softmax(absl::MakeSpan(scores));
  return scores;
}

const CallModel& BuiltinCallModel() {
  static const CallModel* const kModel = [] {
    absl::StatusOr<CallModel> parsed = CallModel::Parse(EmbeddedModelFiles()[1].text);
    if (!parsed.ok()) {  // a broken file is a build defect; judgement_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new CallModel(*std::move(parsed));
  }();
  return *kModel;
}

}  // namespace throughline::router::extractive
