#include "services/router/clients/limiter.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/errors.h"

namespace throughline::router {
namespace {

constexpr absl::Duration kBusyRetryAfter = absl::Seconds(1);

absl::Status Refused(absl::string_view why, absl::Duration retry_after) {
  return WithRetryAfter(absl::ResourceExhaustedError(why), std::max(retry_after, kBusyRetryAfter));
}

}  // namespace

void Limiter::Bucket::Refill(absl::Duration passed) {
  left = std::min(most, left + most * absl::ToDoubleSeconds(passed) / 60);
}

absl::Duration Limiter::Bucket::WaitFor(double wanted) const {
  if (most <= 0) return absl::ZeroDuration();
  const double missing = std::min(wanted, most) - left;
  return missing <= 0 ? absl::ZeroDuration() : absl::Seconds(missing / most * 60);
}

Limiter::Limiter(ModelLimits limits, Timers& timers) : limits_(limits), timers_(timers) {
  absl::MutexLock lock(&mutex_);
  requests_.left = requests_.most = static_cast<double>(limits.requests_per_minute);
  tokens_.left = tokens_.most = static_cast<double>(limits.tokens_per_minute);
  refilled_at_ = Clock::Real().SteadyNow();
}

Limiter::~Limiter() {
  std::optional<Timers::Id> timer;
  {
    absl::MutexLock lock(&mutex_);
    timer = timer_;
  }
  if (timer.has_value()) timers_.Cancel(*timer);
}

Task<absl::Status> Limiter::Enter(const Context& context, int64_t tokens) {
  const auto waiter = std::make_shared<Waiter>();
  waiter->tokens = tokens;
  const absl::Duration patience = context.Remaining();
  waiter->deadline = Clock::Real().SteadyNow() + patience;
  std::optional<OnCancel> on_cancel;
  auto begin = [&](std::function<void(absl::Status)> done) {
    waiter->done = done;
    if (const std::optional<absl::Status> decided = TakeOrQueue(waiter, patience)) {
      done(*decided);
      return;
    }
    on_cancel.emplace(context, [this, waiter] { Withdraw(waiter); });
    Pump();
  };
  co_return co_await Completion<absl::Status>(begin);
}

std::optional<absl::Status> Limiter::TakeOrQueue(const WaiterPtr& waiter, absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  if (queue_.empty() && FitsNow(*waiter)) {
    Take(*waiter);
    return absl::OkStatus();
  }
  const absl::Duration wait = WaitFor(*waiter);
  if (wait > patience) {
    return Refused(absl::StrCat("the model's rate limit leaves room in ",
                                absl::FormatDuration(absl::Ceil(wait, absl::Seconds(1)))),
                   wait);
  }
  if (queue_.size() >= static_cast<size_t>(limits_.max_queued)) {
    return Refused(absl::StrCat(queue_.size(), " calls wait for this model already"), wait);
  }
  queue_.push_back(waiter);
  return std::nullopt;
}

absl::Duration Limiter::WaitFor(const Waiter& waiter) {
  const absl::Time now = Clock::Real().SteadyNow();
  const absl::Duration passed = now - refilled_at_;
  refilled_at_ = now;
  requests_.Refill(passed);
  tokens_.Refill(passed);
  return std::max(requests_.WaitFor(1), tokens_.WaitFor(static_cast<double>(waiter.tokens)));
}

bool Limiter::FitsNow(const Waiter& waiter) {
  if (limits_.max_concurrent > 0 && in_flight_ >= limits_.max_concurrent) return false;
  return WaitFor(waiter) <= absl::ZeroDuration();
}

void Limiter::Take(const Waiter& waiter) {
  ++in_flight_;
  if (requests_.most > 0) requests_.left -= 1;
  if (tokens_.most > 0) tokens_.left -= static_cast<double>(waiter.tokens);
}

void Limiter::Leave(int64_t tokens, int64_t used_tokens) {
  {
    absl::MutexLock lock(&mutex_);
    --in_flight_;
    // What a call used beyond its estimate is owed: the bucket goes below zero.
    if (tokens_.most > 0) tokens_.left -= static_cast<double>(used_tokens - tokens);
    if (queue_.empty()) return;
  }
  Pump();
}

void Limiter::Withdraw(const WaiterPtr& waiter) {
  std::function<void(absl::Status)> done;
  {
    absl::MutexLock lock(&mutex_);
    done = std::exchange(waiter->done, nullptr);
    if (done != nullptr) queue_.erase(std::find(queue_.begin(), queue_.end(), waiter));
  }
  if (done != nullptr) done(absl::CancelledError("the caller cancelled the request"));
}

void Limiter::Pump() {
  std::vector<std::pair<std::function<void(absl::Status)>, absl::Status>> calls;
  {
    absl::MutexLock lock(&mutex_);
    const absl::Time now = Clock::Real().SteadyNow();
    std::erase_if(queue_, [&](const WaiterPtr& waiter) {
      if (waiter->deadline > now) return false;
      calls.emplace_back(std::exchange(waiter->done, nullptr),
                         Refused("the model's limits left no room in time", kBusyRetryAfter));
      return true;
    });
    while (!queue_.empty() && FitsNow(*queue_.front())) {
      Take(*queue_.front());
      calls.emplace_back(std::exchange(queue_.front()->done, nullptr), absl::OkStatus());
      queue_.pop_front();
    }
    SetTimer(now);
  }
  for (auto& [done, status] : calls) done(std::move(status));
}

void Limiter::SetTimer(absl::Time now) {
  if (queue_.empty()) return;
  absl::Time next = absl::InfiniteFuture();
  for (const WaiterPtr& waiter : queue_) next = std::min(next, waiter->deadline);
  const absl::Duration refill = WaitFor(*queue_.front());
  if (refill > absl::ZeroDuration()) next = std::min(next, now + refill);
  if (next == absl::InfiniteFuture() || (timer_.has_value() && timer_->first <= next)) return;
  // An earlier timer of ours that still runs finds nothing to do.
  timer_ = timers_.After(next - now, [this] {
    {
      absl::MutexLock lock(&mutex_);
      timer_.reset();
    }
    Pump();
  });
}

ModelLoad Limiter::Load() const {
  absl::MutexLock lock(&mutex_);
  return {.in_flight = in_flight_, .queued = static_cast<int>(queue_.size())};
}

}  // namespace throughline::router
