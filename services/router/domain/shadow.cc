#include "services/router/domain/shadow.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/numbers.h"

namespace throughline::router {
namespace {

constexpr double kMostWords = 0.6;    // of the shorter answer, for two to agree
constexpr size_t kEndingBytes = 160;  // where a final number is looked for
constexpr uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr uint64_t kFnvPrime = 0x100000001b3;

std::optional<double> FinalNumber(absl::string_view text) {
  const std::vector<text::NumberMention> numbers = text::FindNumbers(text);
  if (numbers.empty() || numbers.back().begin + kEndingBytes < text.size()) return std::nullopt;
  return numbers.back().value;
}

double SharedWords(absl::string_view a, absl::string_view b) {
  const std::string folded_a = text::Fold(a);
  const std::string folded_b = text::Fold(b);
  absl::flat_hash_set<absl::string_view> words_a;
  absl::flat_hash_set<absl::string_view> words_b;
  text::ForEachFoldedWord(folded_a, [&](absl::string_view word) { words_a.insert(word); });
  text::ForEachFoldedWord(folded_b, [&](absl::string_view word) { words_b.insert(word); });
  const size_t fewest = std::min(words_a.size(), words_b.size());
  if (fewest == 0) return words_a.size() == words_b.size() ? 1 : 0;
  const auto shared = std::count_if(words_a.begin(), words_a.end(),
                                    [&](absl::string_view word) { return words_b.contains(word); });
  return static_cast<double>(shared) / static_cast<double>(fewest);
}

}  // namespace

bool Agree(absl::string_view draft, absl::string_view reference) {
  const auto json = nlohmann::json::parse(draft, nullptr, /*allow_exceptions=*/false);
  if (json.is_structured()) {
    return json == nlohmann::json::parse(reference, nullptr, /*allow_exceptions=*/false);
  }
  const std::optional<double> number = FinalNumber(draft);
  const std::optional<double> wanted = FinalNumber(reference);
  if (number.has_value() && wanted.has_value()) return std::fabs(*number - *wanted) < 1e-9;
  return SharedWords(draft, reference) >= kMostWords;
}

bool IsSampled(absl::string_view decision_id, double share) {
  uint64_t hash = kFnvOffset;
  for (const unsigned char c : decision_id) hash = (hash ^ c) * kFnvPrime;
  hash ^= hash >> 32;
  return static_cast<double>(hash % 10'000) < share * 10'000;
}

}  // namespace throughline::router
