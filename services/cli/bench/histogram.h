#ifndef THROUGHLINE_SERVICES_CLI_BENCH_HISTOGRAM_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_HISTOGRAM_H_

#include <array>
#include <cstdint>

#include "absl/time/time.h"

namespace throughline::cli {

// Durations counted in buckets that grow with the value: 128 to each doubling, so that a percentile
// is at most 0.8 % off, from 1 ns to kMaxRecorded, in 38 KiB however many are added. For one
// thread; each thread fills its own, and Merge makes one of them.
class LatencyHistogram {
 public:
  // About 18 minutes; what took longer counts as this.
  static constexpr int64_t kMaxRecordedNanoseconds = (int64_t{1} << 40) - 1;

  // A negative latency counts as zero.
  void Add(absl::Duration latency);
  void Merge(const LatencyHistogram& other);

  int64_t count() const { return count_; }
  // Zero while empty, as all below.
  absl::Duration max() const { return absl::Nanoseconds(max_nanoseconds_); }
  absl::Duration mean() const;
  // The smallest recorded value that `share` (0 to 1) of all do not exceed: the upper edge of its
  // bucket, never more than max().
  absl::Duration Percentile(double share) const;

 private:
  static constexpr int kSubBucketBits = 7;
  static constexpr int kSubBuckets = 1 << kSubBucketBits;
  static constexpr int kBuckets = (40 - kSubBucketBits + 1) * kSubBuckets;

  static int BucketOf(int64_t nanoseconds);
  static int64_t UpperEdge(int bucket);

  std::array<int64_t, kBuckets> buckets_{};
  int64_t count_ = 0;
  int64_t max_nanoseconds_ = 0;
  double sum_nanoseconds_ = 0;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_HISTOGRAM_H_
