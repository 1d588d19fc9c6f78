#ifndef THROUGHLINE_SERVICES_CLI_BENCH_PLAN_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_PLAN_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace throughline::cli {

// What the load client does.
enum class Operation { kProcess, kIngest, kRecall, kComplete };
inline constexpr int kOperations = 4;
inline constexpr std::array<Operation, kOperations> kEveryOperation = {
    Operation::kProcess, Operation::kIngest, Operation::kRecall, Operation::kComplete};

// "process".
absl::string_view Name(Operation operation);

// How often each operation occurs, and which one comes when. Immutable.
class Mix {
 public:
  static constexpr int kMaxWeight = 1000;

  // Reads "process=1,recall=4"; an operation not named does not occur. INVALID_ARGUMENT names
  // `--mix`.
  static absl::StatusOr<Mix> Parse(absl::string_view text);

  // The operation with this number: the same for the same seed, in the shares of the weights.
  Operation At(uint64_t seed, int64_t number) const;

 private:
  std::array<int, kOperations> weights_{};
  int total_ = 0;
};

// When operations begin. At a rate, each has a moment at which it is due whatever became of those
// before it, and its latency counts from there: a server that stalls is charged for everybody who
// would have come meanwhile. Without one, each worker begins its next when the last has ended.
struct Plan {
  static constexpr int64_t kMaxOperations = 2'000'000;
  static constexpr int kMaxWorkers = 512;
  static constexpr absl::Duration kMaxDuration = absl::Hours(24);

  double rate_per_second = 0;  // 0: no rate, `workers` operations under way at any moment
  absl::Duration duration = absl::Seconds(10);
  int workers = 1;    // threads, and the most operations under way at once
  int customers = 1;  // at least `workers`
  uint64_t seed = 1;
  Mix mix;

  // Operations that the run makes at most.
  int64_t Operations() const;
  // When operation `number` is due after the start; zero without a rate.
  absl::Duration DueAfter(int64_t number) const;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_PLAN_H_
