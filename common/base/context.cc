#include "common/base/context.h"

#include <algorithm>

namespace throughline {

void CancellationSource::Cancel() {
  absl::MutexLock lock(&mutex_);
  if (cancelled_.exchange(true, std::memory_order_acq_rel)) return;
  cancelling_thread_ = std::this_thread::get_id();
  while (!callbacks_.empty()) {
    auto next = callbacks_.extract(callbacks_.begin());
    running_id_ = next.key();
    mutex_.Unlock();
    next.mapped()();
    next.mapped() = nullptr;
    mutex_.Lock();
    running_id_ = 0;
  }
}

CancellationSource::CallbackId CancellationSource::Add(std::function<void()> callback) {
  {
    absl::MutexLock lock(&mutex_);
    if (!IsCancelled()) {
      callbacks_.emplace(next_id_, std::move(callback));
      return next_id_++;
    }
  }
  callback();
  return 0;
}

void CancellationSource::Remove(CallbackId id) {
  absl::MutexLock lock(&mutex_);
  if (callbacks_.erase(id) > 0 || running_id_ != id) return;
  if (cancelling_thread_ == std::this_thread::get_id()) return;
  const auto ended = [this, id]()
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return running_id_ != id; };
  mutex_.Await(absl::Condition(&ended));
}

absl::Duration Context::Remaining() const {
  return std::max(absl::ZeroDuration(), fields_.deadline - clock().SteadyNow());
}

absl::Status Context::Check() const {
  if (fields_.cancellation != nullptr && fields_.cancellation->IsCancelled()) {
    return absl::CancelledError("the caller cancelled the request");
  }
  if (clock().SteadyNow() >= fields_.deadline) {
    return absl::DeadlineExceededError("the request's deadline passed before the work was done");
  }
  return absl::OkStatus();
}

Context Context::WithBudget(absl::Duration budget) const {
  Fields fields = fields_;
  fields.deadline = std::min(fields.deadline, clock().SteadyNow() + budget);
  return Context(std::move(fields));
}

Context Context::WithCancellation(std::shared_ptr<CancellationSource> cancellation) const {
  Fields fields = fields_;
  fields.cancellation = std::move(cancellation);
  return Context(std::move(fields));
}

Context Context::WithTraceparent(std::string traceparent) const {
  Fields fields = fields_;
  fields.traceparent = std::move(traceparent);
  return Context(std::move(fields));
}

Context Context::Detached(absl::Duration budget) const {
  Fields fields = fields_;
  fields.cancellation = nullptr;
  fields.deadline = clock().SteadyNow() + budget;
  return Context(std::move(fields));
}

OnCancel::OnCancel(std::shared_ptr<CancellationSource> cancellation, std::function<void()> callback)
    : cancellation_(std::move(cancellation)) {
  if (cancellation_ != nullptr) id_ = cancellation_->Add(std::move(callback));
}

OnCancel::~OnCancel() {
  if (cancellation_ != nullptr && id_ != 0) cancellation_->Remove(id_);
}

}  // namespace throughline
