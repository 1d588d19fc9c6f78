#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_DECISION_TREE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_DECISION_TREE_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace throughline::router::extractive {

// A small binary tree over features: what it adds to the log-odds of something. Thread-safe.
class DecisionTree {
 public:
  static constexpr size_t kMaxNodes = 31;

  // `numbers`: four of each node, the root first: the feature, the most of it for which the left
  // child answers, and the places of the left and of the right child, both behind their parent's. A
  // leaf has -1, what it adds, 0 and 0. INVALID_ARGUMENT, naming `row`, for anything else.
  static absl::StatusOr<DecisionTree> Parse(absl::string_view row, absl::Span<const float> numbers,
                                            size_t features);

  float Weigh(absl::Span<const float> features) const;

 private:
  static constexpr size_t kLeaf = static_cast<size_t>(-1);
  struct Node {
    size_t feature = kLeaf;
    float value = 0;
    size_t left = 0;
    size_t right = 0;
  };
  std::vector<Node> nodes_;
};

// Log-odds by a weight for each feature, corrected by trees.
struct CorrectedLine {
  float bias = 0;
  std::vector<float> weights;
  std::vector<DecisionTree> trees;

  float Odds(absl::Span<const float> features) const;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_DECISION_TREE_H_
