#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WEIGHT_TABLE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WEIGHT_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

// Weights of a linear model over words, as services/router/tools/fit_reading.py writes them.
namespace throughline::router::extractive {

// One feature a line: name, tab, "output:weight" pairs; weights are whole numbers of one scale. The
// feature "bias" holds for everything. Read-only once parsed; thread-safe.
class WeightTable {
 public:
  struct Weight {
    uint8_t output = 0;
    float value = 0;
  };

  // `name` is for messages, `outputs` how many there are (at most 255), `scale` what a weight of
  // the file is divided by. INVALID_ARGUMENT naming the line when the text does not follow the
  // format.
  static absl::StatusOr<WeightTable> Parse(absl::string_view name, absl::string_view text,
                                           size_t outputs, float scale);

  // The weights of a feature; empty when it has none. The data pointer tells features apart.
  absl::Span<const Weight> Find(absl::string_view feature) const;
  const std::vector<float>& bias() const { return bias_; }

 private:
  struct Range {
    uint32_t first = 0;
    uint32_t count = 0;
  };

  std::vector<float> bias_;
  std::vector<Weight> weights_;
  absl::flat_hash_map<std::string, Range> features_;
};

// Turns scores into probabilities that sum to 1, in place.
void Softmax(absl::Span<float> scores);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_WEIGHT_TABLE_H_
