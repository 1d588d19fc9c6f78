#include "services/cli/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace throughline::cli {

// Values below 2 * kSubBuckets have a bucket each. Above, the highest kSubBucketBits + 1 bits of a
// value name its bucket.
int LatencyHistogram::BucketOf(int64_t nanoseconds) {
  const int width = std::bit_width(static_cast<uint64_t>(nanoseconds));
  const int shift = std::max(0, width - (kSubBucketBits + 1));
  return shift * kSubBuckets + static_cast<int>(nanoseconds >> shift);
}

int64_t LatencyHistogram::UpperEdge(int bucket) {
  const int shift = std::max(0, bucket / kSubBuckets - 1);
  const int64_t leading = bucket - shift * kSubBuckets;
  return ((leading + 1) << shift) - 1;
}

void LatencyHistogram::Add(absl::Duration latency) {
  const int64_t nanoseconds =
      std::clamp<int64_t>(absl::ToInt64Nanoseconds(latency), 0, kMaxRecordedNanoseconds);
  ++buckets_[BucketOf(nanoseconds)];
  ++count_;
  max_nanoseconds_ = std::max(max_nanoseconds_, nanoseconds);
  sum_nanoseconds_ += static_cast<double>(nanoseconds);
}

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  for (int i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_nanoseconds_ = std::max(max_nanoseconds_, other.max_nanoseconds_);
  sum_nanoseconds_ += other.sum_nanoseconds_;
}

absl::Duration LatencyHistogram::mean() const {
  if (count_ == 0) return absl::ZeroDuration();
  return absl::Nanoseconds(sum_nanoseconds_ / static_cast<double>(count_));
}

absl::Duration LatencyHistogram::Percentile(double share) const {
  if (count_ == 0) return absl::ZeroDuration();
  const auto wanted = std::clamp<int64_t>(
      static_cast<int64_t>(std::ceil(share * static_cast<double>(count_))), 1, count_);
  int64_t seen = 0;
  for (int i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return absl::Nanoseconds(std::min(UpperEdge(i), max_nanoseconds_));
  }
  return max();
}

}  // namespace throughline::cli
