#include "services/router/domain/extractive/language/weight_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace throughline::router::extractive {

absl::StatusOr<WeightTable> WeightTable::Parse(absl::string_view name, absl::string_view text,
                                               size_t outputs, float scale) {
  WeightTable table;
  table.bias_.resize(outputs, 0.0F);
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, '\t');
    const auto first = static_cast<uint32_t>(table.weights_.size());
    for (const absl::string_view pair : absl::StrSplit(parts.second, ' ', absl::SkipEmpty())) {
      const std::pair<absl::string_view, absl::string_view> weight = absl::StrSplit(pair, ':');
      uint32_t output = 0;
      int value = 0;
      if (!absl::SimpleAtoi(weight.first, &output) || !absl::SimpleAtoi(weight.second, &value) ||
          output >= outputs) {
        return absl::InvalidArgumentError(absl::StrCat(
            name, " line ", number, ": expected outputs 0 to ", outputs - 1,
            " and whole weights; fit the file again with services/router/tools/fit_reading.py"));
      }
      table.weights_.push_back({static_cast<uint8_t>(output), static_cast<float>(value) / scale});
    }
    const auto count = static_cast<uint32_t>(table.weights_.size()) - first;
    if (parts.first == "bias") {
      for (uint32_t i = first; i < first + count; ++i) {
        table.bias_[table.weights_[i].output] = table.weights_[i].value;
      }
    }
    table.features_[parts.first] = {first, count};
  }
  return table;
}

absl::Span<const WeightTable::Weight> WeightTable::Find(absl::string_view feature) const {
  const auto found = features_.find(feature);
  if (found == features_.end()) return {};
  return absl::MakeConstSpan(weights_).subspan(found->second.first, found->second.count);
}

void Softmax(absl::Span<float> scores) {
  const float top = *std::max_element(scores.begin(), scores.end());
  float sum = 0;
  for (float& score : scores) sum += score = std::exp(score - top);
  for (float& score : scores) score /= sum;
}

}  // namespace throughline::router::extractive
