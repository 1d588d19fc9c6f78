#ifndef THROUGHLINE_SERVICES_MEMORY_BENCHMARK_KIT_H_
#define THROUGHLINE_SERVICES_MEMORY_BENCHMARK_KIT_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/deal/types.h"
#include "services/memory/domain/memory.h"

// What the benchmarks of memory share: made-up customers, and times in one form.
namespace throughline::memory {

std::string CustomerName(int customer);

// Fact `number` of a customer's: deterministic, of words that repeat as words do.
deal::Fact MakeFact(int customer, int number);

// A question whose words stand in some of those facts.
std::string MakeQuestion(int number);

// Retains `facts` facts in batches of `batch`, one after the other.
absl::Status Fill(Memory& memory, int customer, int facts, int batch);

struct Timed {
  std::vector<absl::Duration> times;
  absl::Duration processor;  // this process's, of all together
};

// Runs `work` with 0 to count - 1, `threads` at a time.
Timed RunMany(int count, int threads, absl::FunctionRef<void(int)> work);

// Of `times`, the one that `share` of them do not exceed. `times` is not empty.
absl::Duration Percentile(std::vector<absl::Duration> times, double share);

// One line: how many, p50, p95, p99 and the processor's time each.
void Print(absl::string_view name, const Timed& timed);

// A line of /proc/self/status, "VmRSS" for one.
std::string StatusLine(absl::string_view name);

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_BENCHMARK_KIT_H_
