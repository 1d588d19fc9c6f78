#ifndef THROUGHLINE_SERVICES_CLI_BENCH_CUSTOMERS_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_CUSTOMERS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/cli/bench/plan.h"

namespace throughline::cli {

// What the server acknowledged of one call.
struct AcknowledgedCall {
  bool processed = false;  // by an answer of ProcessCall: then the rest is known
  int64_t version = 0;     // of the customer after the call
  // Hashes of the ids of facts and decisions: a log of millions stays small.
  std::vector<uint64_t> facts;
  std::vector<uint64_t> decisions;
};

// One customer of a run and everything the server acknowledged for it. For one thread at a time.
// Its calls are numbered from 0 and sent one after the other; one whose answer failed is sent again
// until it is acknowledged, as a careful caller would.
struct BenchCustomer {
  std::string id;
  std::vector<AcknowledgedCall> calls;  // by number
  // How the next call was sent when its answer failed: it may be on the server or not.
  std::optional<Operation> in_doubt;
  // Hashes of ids of decisions of Complete.
  std::vector<uint64_t> decisions;
  // The newest version that an answer told.
  int64_t version = 0;
};

uint64_t HashId(const std::string& id);
// "call-000012": in the order of the numbers.
std::string CallId(int64_t number);

// The customers of a run, each used by one worker at a time. Thread-safe.
class CustomerPool {
 public:
  // Named "<prefix>-0" and on.
  CustomerPool(const std::string& prefix, int count);

  // The one that has rested longest; waits while all are taken.
  BenchCustomer* Take() ABSL_LOCKS_EXCLUDED(mutex_);
  void Return(BenchCustomer* customer) ABSL_LOCKS_EXCLUDED(mutex_);

  // All of them, once nobody takes any more.
  const std::vector<std::unique_ptr<BenchCustomer>>& all() const { return all_; }

 private:
  std::vector<std::unique_ptr<BenchCustomer>> all_;
  absl::Mutex mutex_;
  std::deque<BenchCustomer*> resting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_CUSTOMERS_H_
