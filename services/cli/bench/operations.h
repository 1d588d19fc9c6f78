#ifndef THROUGHLINE_SERVICES_CLI_BENCH_OPERATIONS_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_OPERATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/cli/bench/customers.h"
#include "services/cli/bench/plan.h"
#include "services/cli/client/client.h"

namespace throughline::cli {

// What one operation came to.
struct Performed {
  Operation operation;  // the one that ran: a write in doubt is repeated as it was sent
  absl::Status status;
  // What the answer shows that must never be; empty when all is well.
  std::string violation;
  int retries;  // how often it was sent again
};

// Sends operations and notes in the customer what was acknowledged. Thread-safe for different
// customers.
class Operations {
 public:
  static constexpr int kMaxRetries = 1000;

  // `client` outlives the object. `texts`: transcripts to send instead of made ones. An operation
  // that hears UNAVAILABLE is sent again up to `retries` times, after the delay that it is told.
  Operations(const Client& client, std::vector<std::string> texts, int retries)
      : client_(client), texts_(std::move(texts)), retries_(retries) {}

  // Runs operation `number` of the run for a customer that the caller has taken.
  Performed Perform(Operation wanted, int64_t number, BenchCustomer& customer) const;

 private:
  absl::Status Send(Operation operation, int64_t number, BenchCustomer& customer,
                    std::string& violation) const;
  absl::Status Process(BenchCustomer& customer) const;
  absl::Status Ingest(BenchCustomer& customer) const;
  absl::Status Recall(int64_t number, BenchCustomer& customer, std::string& violation) const;
  absl::Status Complete(int64_t number, BenchCustomer& customer) const;

  const Client& client_;
  const std::vector<std::string> texts_;
  const int retries_;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_OPERATIONS_H_
