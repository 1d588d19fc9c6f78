#include "services/orchestrator/domain/erasure.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "common/base/task_macros.h"

namespace throughline::orchestrator {
namespace {

// Longer than memory may take to erase a customer and to go over its file.
constexpr absl::Duration kLease = absl::Minutes(2);
constexpr absl::Duration kOthersBudget = absl::Seconds(100);  // leaves time for this store
constexpr absl::Duration kGiveBackBudget = absl::Seconds(10);
constexpr absl::Duration kFirstPoll = absl::Milliseconds(5);
constexpr absl::Duration kMaxPoll = absl::Milliseconds(250);
constexpr size_t kIdBytes = 16;

absl::Status NothingKnown(const CallKey& key) {
  if (key.call_id.empty()) {
    return absl::NotFoundError(absl::StrCat("customer_id: nothing is kept of customer \"",
                                            key.customer_id, "\"; list customers to see all"));
  }
  return absl::NotFoundError(absl::StrCat("call_id: nothing is kept of call \"", key.call_id,
                                          "\" of customer \"", key.customer_id,
                                          "\"; list the calls to see their ids"));
}

absl::Status StillRunning(const CallKey& key, const absl::Status& why) {
  return {why.code(), absl::StrCat(why.message(), ": a call of customer \"", key.customer_id,
                                   "\" is still being processed, and nothing is erased before it "
                                   "ends; ask again, or with a later deadline")};
}

}  // namespace

Task<absl::StatusOr<Erased>> Erasure::Forget(const Context& context, const CallKey& key) {
  const std::string holder = absl::StrCat("erasure-", RandomHex(kIdBytes));
  CO_RETURN_IF_ERROR(store_.CancelJobs(context, key));
  CO_RETURN_IF_ERROR(co_await AwaitTurn(context, key, holder));
  absl::StatusOr<Erased> erased = EraseInTurn(context, key, holder);
  if (!erased.ok()) {
    store_.GiveBack(context.Detached(kGiveBackBudget), key, holder).IgnoreError();
  }
  co_return erased;
}

Task<absl::Status> Erasure::AwaitTurn(const Context& context, const CallKey& key,
                                      const std::string& holder) {
  absl::Duration poll = kFirstPoll;
  for (bool has_waited = false;; has_waited = true) {
    const absl::StatusOr<bool> is_ours =
        store_.TakeTurn(context, key, holder, context.clock().Now() + kLease);
    const absl::Status in_time = is_ours.ok() ? context.Check() : is_ours.status();
    if (is_ours.ok() && *is_ours) co_return absl::OkStatus();
    if (!in_time.ok()) co_return has_waited ? StillRunning(key, in_time) : in_time;
    co_await SleepFor(timers_, context, std::min(poll, context.Remaining()));
    poll = std::min(2 * poll, kMaxPoll);
  }
}

absl::StatusOr<Erased> Erasure::EraseInTurn(const Context& context, const CallKey& key,
                                            const std::string& holder) {
  Erased erased;
  const Context others = context.WithBudget(kOthersBudget);
  const absl::StatusOr<ForgottenMemory> forgotten = memory_.Forget(others, key);
  if (forgotten.ok()) {
    erased.memory = *forgotten;
  } else if (absl::IsNotFound(forgotten.status())) {
    erased.memory = {.receipt_id = RandomHex(kIdBytes), .forgotten_at = context.clock().Now()};
  } else {
    return forgotten.status();
  }
  RETURN_IF_ERROR(router_.ForgetAnswers(others, key));
  ASSIGN_OR_RETURN(erased.calls, store_.Erase(context, key, holder));
  // Also where nothing is left: an earlier request may have ended before it came to this.
  RETURN_IF_ERROR(store_.ScrubErased(context));
  if (!forgotten.ok() && erased.calls.IsNothing()) return NothingKnown(key);
  return erased;
}

}  // namespace throughline::orchestrator
