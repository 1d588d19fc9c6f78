#include "services/memory/domain/best_rows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace throughline::memory {
namespace {

// How many rows are looked for at first; about as many as an answer holds.
constexpr size_t kFirstDraw = 64;

}  // namespace

BestRows::BestRows(std::vector<float> scores) : scores_(std::move(scores)) {
  best_of_strides_.reserve(scores_.size() / kStride + 1);
  const float* score = scores_.data();
  size_t left = scores_.size();
  for (; left >= kStride; left -= kStride, score += kStride) {
    float best = score[0];
    for (uint32_t i = 1; i < kStride; ++i) best = std::max(best, score[i]);
    best_of_strides_.push_back(best);
  }
  if (left > 0) best_of_strides_.push_back(*std::max_element(score, score + left));
}

float BestRows::LeastOfBest(size_t wanted) const {
  if (best_of_strides_.size() < wanted) return kDropped;
  std::vector<float> best = best_of_strides_;
  const auto worst = best.begin() + static_cast<ptrdiff_t>(wanted) - 1;
  std::nth_element(best.begin(), worst, best.end(), std::greater<>());
  return *worst;
}

void BestRows::Draw() {
  const size_t wanted = drawn_.empty() ? kFirstDraw : 2 * drawn_.size();
  const std::optional<Row> last = drawn_.empty() ? std::nullopt : std::make_optional(drawn_.back());
  drawn_.clear();
  drawn_.reserve(2 * wanted);
  next_ = 0;
  // A row no better than this is none of the best.
  float bar = last.has_value() ? kDropped : std::nextafter(LeastOfBest(wanted), kDropped);
  const auto keep_best = [&] {
    const auto worst = drawn_.begin() + static_cast<ptrdiff_t>(wanted) - 1;
    std::nth_element(drawn_.begin(), worst, drawn_.end());
    bar = worst->score;
    drawn_.resize(wanted);
  };
  const auto consider = [&](uint32_t i) {
    if (scores_[i] <= bar) return;
    const Row row{.score = scores_[i], .position = i};
    if (last.has_value() && !(*last < row)) return;
    drawn_.push_back(row);
    if (drawn_.size() == 2 * wanted) keep_best();
  };
  const auto size = static_cast<uint32_t>(scores_.size());
  for (uint32_t stride = 0; stride < best_of_strides_.size(); ++stride) {
    if (best_of_strides_[stride] <= bar) continue;
    const uint32_t end = std::min(size, (stride + 1) * kStride);
    for (uint32_t i = stride * kStride; i < end; ++i) consider(i);
  }
  exhausted_ = drawn_.size() < wanted;
  if (drawn_.size() > wanted) keep_best();
  std::sort(drawn_.begin(), drawn_.end());
}

std::optional<BestRows::Row> BestRows::Next() {
  if (next_ == drawn_.size() && !exhausted_) Draw();
  if (next_ == drawn_.size()) return std::nullopt;
  return drawn_[next_++];
}

}  // namespace throughline::memory
