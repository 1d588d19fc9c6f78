#ifndef THROUGHLINE_SERVICES_CLI_BENCH_AUDIT_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_AUDIT_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cli/bench/customers.h"
#include "services/cli/bench/load_run.h"
#include "services/cli/client/client.h"

namespace throughline::cli {

// What an audit looked at, and what it found.
struct AuditResult {
  int64_t calls = 0;
  int64_t facts = 0;
  int64_t decisions = 0;
  absl::Duration waited;  // for background work to end
  Violations violations;
};

// Holds the server against what it acknowledged to `customers`:
//   - each acknowledged call is there exactly once, one in doubt at most once, no other at all;
//   - a customer's versions rise by one with each call, in the order the calls were sent, and are
//     those that were acknowledged;
//   - each fact and decision of an acknowledged answer is there exactly once;
//   - each piece of work of a call was answered by the router once, and the ledger's sum is the sum
//     of its rows.
// Waits until `patience` has passed for calls that are still under way and for a server that cannot
// be reached. An error means that the server could not be asked. `on_progress` gets the number of
// customers done, on any thread, one call at a time.
absl::StatusOr<AuditResult> Audit(const Client& client, const CustomerPool& customers,
                                  absl::Duration patience,
                                  const std::function<void(int64_t)>& on_progress);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_AUDIT_H_
