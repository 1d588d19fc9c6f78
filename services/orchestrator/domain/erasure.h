#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_ERASURE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_ERASURE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/base/timers.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/ports.h"

// Forgetting a customer, or one of its calls, everywhere.
namespace throughline::orchestrator {

// What a store had of calls, in rows.
struct ErasedCalls {
  int64_t calls = 0;
  int64_t jobs = 0;
  int64_t deliveries = 0;

  bool IsNothing() const { return calls == 0 && jobs == 0 && deliveries == 0; }
};

// What was erased.
struct Erased {
  ForgottenMemory memory;  // with an id of its own where memory had nothing
  ErasedCalls calls;
};

// Where calls and all that belongs to them are erased. A key without a call id means all calls of
// the customer. Every write is durable when it returns. Thread-safe.
class ErasureStore {
 public:
  virtual ~ErasureStore() = default;

  // Jobs of `key` that wait become kCancelled; one that runs is asked to stop.
  virtual absl::Status CancelJobs(const Context& context, const CallKey& key) = 0;
  // Takes the customer's turn for `holder`, as a job does, until `lease_until`. False while a job
  // has it.
  virtual absl::StatusOr<bool> TakeTurn(const Context& context, const CallKey& key,
                                        const std::string& holder, absl::Time lease_until) = 0;
  // Erases all rows of `key` and gives the turn back; ABORTED with kTurnLost, and nothing is
  // erased, when `holder` has it no more.
  virtual absl::StatusOr<ErasedCalls> Erase(const Context& context, const CallKey& key,
                                            const std::string& holder) = 0;
  // Gives the turn back. No effect when `holder` has it no more.
  virtual absl::Status GiveBack(const Context& context, const CallKey& key,
                                const std::string& holder) = 0;
  // Overwrites what erased rows left in files, where it can.
  virtual absl::Status ScrubErased(const Context& context) = 0;
};

// Borrows everything; thread-safe.
class Erasure {
 public:
  Erasure(ErasureStore& store, MemoryPort& memory, RouterPort& router, Timers& timers)
      : store_(store), memory_(memory), router_(router), timers_(timers) {}

  // Erases what memory, router and this service keep of the customer, or of one call when `key` has
  // its id, in the customer's turn: jobs that wait are dropped, one that runs is waited for, and
  // what comes later begins anew. NOT_FOUND when there is nothing; DEADLINE_EXCEEDED while a job
  // runs. After any other error the same request again erases the rest.
  Task<absl::StatusOr<Erased>> Forget(const Context& context, const CallKey& key);

 private:
  Task<absl::Status> AwaitTurn(const Context& context, const CallKey& key,
                               const std::string& holder);
  absl::StatusOr<Erased> EraseInTurn(const Context& context, const CallKey& key,
                                     const std::string& holder);

  ErasureStore& store_;
  MemoryPort& memory_;
  RouterPort& router_;
  Timers& timers_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_DOMAIN_ERASURE_H_
