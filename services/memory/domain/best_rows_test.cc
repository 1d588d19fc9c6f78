#include "services/memory/domain/best_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace throughline::memory {
namespace {

std::vector<uint32_t> Given(const std::vector<float>& scores) {
  BestRows rows(scores);
  std::vector<uint32_t> positions;
  while (const auto row = rows.Next()) {
    EXPECT_EQ(row->score, scores[row->position]);
    positions.push_back(row->position);
  }
  return positions;
}

TEST(BestRowsTest, GivesEveryRowOnceBestFirst) {
  std::mt19937 random(7);
  for (const int size : {0, 1, 15, 16, 17, 63, 64, 65, 900, 1024, 1031, 5000}) {
    for (const int different : {1, 2, 40, 100000}) {  // scores: ties are to be met, too
      std::vector<float> scores;
      std::vector<uint32_t> expected;
      for (int i = 0; i < size; ++i) {
        const bool dropped = random() % 5 == 0;
        scores.push_back(dropped ? BestRows::kDropped
                                 : static_cast<float>(random() % different) / 7.0F - 1);
        if (!dropped) expected.push_back(static_cast<uint32_t>(i));
      }
      std::stable_sort(expected.begin(), expected.end(),
                       [&scores](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
      EXPECT_EQ(Given(scores), expected) << size << " of " << different;
    }
  }
}

}  // namespace
}  // namespace throughline::memory
