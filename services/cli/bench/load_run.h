#ifndef THROUGHLINE_SERVICES_CLI_BENCH_LOAD_RUN_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_LOAD_RUN_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/cli/bench/customers.h"
#include "services/cli/bench/histogram.h"
#include "services/cli/bench/operations.h"
#include "services/cli/bench/plan.h"

namespace throughline::cli {

// What became of the operations of one kind.
struct OperationResult {
  LatencyHistogram latency;                    // of those acknowledged
  std::map<absl::StatusCode, int64_t> errors;  // by code
  int64_t retries = 0;                         // sent again after UNAVAILABLE
};

// Things that must never be: how many, and the first few in words.
struct Violations {
  static constexpr size_t kMaxNamed = 20;

  void Add(std::string what);
  void Merge(const Violations& other);

  int64_t count = 0;
  std::vector<std::string> named;
};

// A load run.
struct LoadResult {
  std::array<OperationResult, kOperations> operations;
  absl::Duration elapsed;      // from the first due moment to the last answer
  absl::Duration longest_gap;  // longest time without an acknowledgement
  int64_t unsent = 0;          // due, and given up because the server was too far behind
  std::string first_error;     // in words; empty without errors
  Violations violations;

  int64_t acknowledged() const;
  int64_t errors() const;
  int64_t retries() const;
};

// Runs the plan with a thread a worker and returns when all have ended: at most `plan.duration`,
// kMaxBehind and one request's time. `goes_on` is called on this thread, every kProgressInterval,
// with the time since the start; once it says false, no further operation begins.
inline constexpr absl::Duration kMaxBehind = absl::Seconds(30);
inline constexpr absl::Duration kProgressInterval = absl::Milliseconds(100);
LoadResult RunLoad(const Plan& plan, const Operations& operations, CustomerPool& customers,
                   const std::function<bool(absl::Duration)>& goes_on);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_LOAD_RUN_H_
