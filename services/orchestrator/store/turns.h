#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_TURNS_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_TURNS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/sql/sql.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/jobs.h"

// The turns of customers, within a transaction. Whoever changes a customer's jobs locks the turn
// first, so that such transactions run one after the other in all processes.
namespace throughline::orchestrator {

// No lease and no delay is longer. A turn's time further ahead was written before the clock was put
// back, and counts as past.
inline constexpr absl::Duration kMaxTurnAhead = absl::Minutes(15);

struct Turn {
  std::string owner;  // empty: free
  int64_t due_us = 0;

  bool IsDue(absl::Time now) const {
    return due_us <= absl::ToUnixMicros(now) || due_us > absl::ToUnixMicros(now + kMaxTurnAhead);
  }
};

// Locks the turn of the call's customer, making a free one, due `now`, when there is none.
absl::StatusOr<Turn> LockTurn(sql::SqlSession& session, const CallKey& call, absl::Time now);

// ABORTED with kTurnLost unless `owner` has the turn; locks it.
absl::Status CheckTurn(sql::SqlSession& session, const CallKey& call, const std::string& owner);

absl::Status TakeTurn(sql::SqlSession& session, const CallKey& call, const std::string& owner,
                      absl::Time lease_until);

// Frees a locked turn for the customer's next job, from `due` on; forgets it when no job is left.
absl::Status FreeTurn(sql::SqlSession& session, const CallKey& call, absl::Time due);

// Ends the job of a call: any state but kRunning.
absl::Status EndJob(sql::SqlSession& session, const CallKey& call, JobState state,
                    const std::string& error, absl::Time now);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_STORE_TURNS_H_
