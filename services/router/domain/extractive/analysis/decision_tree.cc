#include "services/router/domain/extractive/analysis/decision_tree.h"

#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace throughline::router::extractive {
namespace {

constexpr size_t kNumbersPerNode = 4;

// Whether a number is a place in a list from `least` to below `size`.
bool IsPlace(float number, size_t least, size_t size) {
  return number >= static_cast<float>(least) && number < static_cast<float>(size);
}

}  // namespace

absl::StatusOr<DecisionTree> DecisionTree::Parse(absl::string_view row,
                                                 absl::Span<const float> numbers, size_t features) {
  const size_t count = numbers.size() / kNumbersPerNode;
  const auto broken = [&](absl::string_view expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("judgement.model row ", row, ": expected ", expected,
                     "; fit the file again with services/router/tools/fit_reading.py"));
  };
  if (count == 0 || count > kMaxNodes || numbers.size() % kNumbersPerNode != 0) {
    return broken(absl::StrCat("four numbers of each of 1 to ", kMaxNodes, " nodes"));
  }
  DecisionTree tree;
  for (size_t i = 0; i < count; ++i) {
    const absl::Span<const float> node = numbers.subspan(i * kNumbersPerNode, kNumbersPerNode);
    if (node[0] == -1) {
      tree.nodes_.push_back({.value = node[1]});
      continue;
    }
    if (!IsPlace(node[0], 0, features)) return broken("a feature that there is");
    if (!IsPlace(node[2], i + 1, count) || !IsPlace(node[3], i + 1, count)) {
      return broken("children behind their parent");
    }
    tree.nodes_.push_back({static_cast<size_t>(node[0]), node[1], static_cast<size_t>(node[2]),
                           static_cast<size_t>(node[3])});
  }
  return tree;
}

float CorrectedLine::Odds(absl::Span<const float> features) const {
  float odds = std::inner_product(features.begin(), features.end(), weights.begin(), bias);
  for (const DecisionTree& tree : trees) odds += tree.Weigh(features);
  return odds;
}

float DecisionTree::Weigh(absl::Span<const float> features) const {
  const Node* node = &nodes_.front();
  while (node->feature != kLeaf) {
    node = &nodes_[features[node->feature] <= node->value ? node->left : node->right];
  }
  return node->value;
}

}  // namespace throughline::router::extractive
