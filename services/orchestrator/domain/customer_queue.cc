#include "services/orchestrator/domain/customer_queue.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"

namespace throughline::orchestrator {

Task<absl::StatusOr<CustomerQueue::Turn>> CustomerQueue::Enter(const Context& context,
                                                               const std::string& customer_id) {
  const Key key{context.tenant(), customer_id};
  const auto waiter = std::make_shared<Waiter>();
  std::optional<Timers::Id> timer;
  std::optional<OnCancel> on_cancel;
  auto begin = [&](std::function<void(absl::Status)> done) {
    waiter->done = done;
    if (const std::optional<absl::Status> decided = TakeOrQueue(key, waiter)) {
      done(*decided);
      return;
    }
    if (context.Remaining() < absl::InfiniteDuration()) {
      timer = timers_.After(context.Remaining(), [this, key, waiter] {
        Withdraw(key, waiter,
                 absl::DeadlineExceededError("the call's turn did not come before its deadline"));
      });
    }
    on_cancel.emplace(context, [this, key, waiter] {
      Withdraw(key, waiter,
               absl::CancelledError("the caller went away while the call waited for its turn"));
    });
  };
  const absl::Status entered = co_await Completion<absl::Status>(begin);
  if (timer.has_value()) timers_.Cancel(*timer);
  if (!entered.ok()) co_return entered;
  co_return Turn(this, key);
}

std::optional<absl::Status> CustomerQueue::TakeOrQueue(const Key& key, const WaiterPtr& waiter) {
  absl::MutexLock lock(&mutex_);
  if (!closed_.ok()) return closed_;
  const auto [line, is_first] = lines_.try_emplace(key);
  if (is_first) return absl::OkStatus();
  if (line->second.size() >= options_.max_waiting_per_customer ||
      waiting_ >= options_.max_waiting) {
    return WithRetryAfter(
        absl::ResourceExhaustedError(absl::StrCat("too many calls wait for their turn (", waiting_,
                                                  "); send this one again later")),
        options_.retry_after);
  }
  line->second.push_back(waiter);
  ++waiting_;
  return std::nullopt;
}

void CustomerQueue::Withdraw(const Key& key, const WaiterPtr& waiter, absl::Status error) {
  {
    absl::MutexLock lock(&mutex_);
    const auto line = lines_.find(key);
    if (line == lines_.end() || std::erase(line->second, waiter) == 0) return;
    --waiting_;
  }
  waiter->done(std::move(error));
}

void CustomerQueue::Leave(const Key& key) {
  WaiterPtr next;
  {
    absl::MutexLock lock(&mutex_);
    const auto line = lines_.find(key);
    if (line->second.empty()) {
      lines_.erase(line);
      return;
    }
    next = std::move(line->second.front());
    line->second.pop_front();
    --waiting_;
  }
  next->done(absl::OkStatus());
}

void CustomerQueue::Close(const absl::Status& error) {
  std::vector<WaiterPtr> sent_away;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = error;
    for (auto& [key, line] : lines_) {
      sent_away.insert(sent_away.end(), line.begin(), line.end());
      line.clear();
    }
    waiting_ = 0;
  }
  for (const WaiterPtr& waiter : sent_away) waiter->done(error);
}

size_t CustomerQueue::waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_;
}

}  // namespace throughline::orchestrator
