#include "services/orchestrator/domain/customer_queue.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"

namespace throughline::orchestrator {

absl::StatusOr<CustomerQueue::Turn> CustomerQueue::Enter(const Context& context,
                                                         const std::string& customer_id) {
  const Key key{context.tenant(), customer_id};
  Waiter waiter;
  {
    absl::MutexLock lock(&mutex_);
    const auto [line, first] = lines_.try_emplace(key);
    if (first) return Turn(this, key);
    if (line->second.waiters.size() >= options_.max_waiting_per_customer ||
        waiting_ >= options_.max_waiting) {
      return WithRetryAfter(
          absl::ResourceExhaustedError(absl::StrCat("too many calls wait for their turn (",
                                                    waiting_, "); send this one again later")),
          options_.retry_after);
    }
    line->second.waiters.push_back(&waiter);
    ++waiting_;
  }
  const OnCancel wake(context, [this, &waiter] {
    absl::MutexLock lock(&mutex_);
    waiter.cancelled = true;
  });
  const auto over = [&waiter] { return waiter.served || waiter.cancelled; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&over), context.Remaining());
  --waiting_;
  if (waiter.served) return Turn(this, key);
  std::deque<Waiter*>& waiters = lines_.at(key).waiters;
  waiters.erase(std::find(waiters.begin(), waiters.end(), &waiter));
  return waiter.cancelled
             ? absl::CancelledError("the caller went away while the call waited for its turn")
             : absl::DeadlineExceededError("the call's turn did not come before its deadline");
}

void CustomerQueue::Leave(const Key& key) {
  absl::MutexLock lock(&mutex_);
  const auto line = lines_.find(key);
  std::deque<Waiter*>& waiters = line->second.waiters;
  if (waiters.empty()) {
    lines_.erase(line);
    return;
  }
  waiters.front()->served = true;
  waiters.pop_front();
}

size_t CustomerQueue::waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_;
}

}  // namespace throughline::orchestrator
