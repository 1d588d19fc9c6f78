#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_BEST_ROWS_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_BEST_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace throughline::memory {

// Rows in the order of their scores, the best first, sorted no further than is asked for.
class BestRows {
 public:
  struct Row {
    float score;
    uint32_t position;

    // Whether this one comes before `other`: of equals, the one that stands first does.
    bool operator<(const Row& other) const {
      return score != other.score ? score > other.score : position < other.position;
    }
  };
  // Below every score: of rows that are not in question, and are never given.
  static constexpr float kDropped = std::numeric_limits<float>::lowest();

  // By position.
  explicit BestRows(std::vector<float> scores);

  // The best row left; none when all have been given.
  std::optional<Row> Next();
  // Those that are sure to come next; not all that will.
  absl::Span<const Row> upcoming() const { return absl::MakeConstSpan(drawn_).subspan(next_); }

 private:
  static constexpr uint32_t kStride = 16;

  // Finds the best of the rows that come after those found so far, twice as many each time: nearly
  // all are passed over many at once, and nothing is sorted that nobody asks for.
  void Draw();
  // What the `wanted` best rows reach at least: as many strides have a row that does.
  float LeastOfBest(size_t wanted) const;

  const std::vector<float> scores_;
  std::vector<float> best_of_strides_;  // the best score of each; the last one may be shorter
  std::vector<Row> drawn_;              // best first
  size_t next_ = 0;                     // of those drawn
  bool exhausted_ = false;              // no row comes after those drawn
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_BEST_ROWS_H_
