#ifndef THROUGHLINE_SERVICES_CLI_CLIENT_ORDERED_PIPELINE_H_
#define THROUGHLINE_SERVICES_CLI_CLIENT_ORDERED_PIPELINE_H_

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/bounded_pool.h"
#include "common/base/status_macros.h"

namespace throughline::cli {

// Requests that a batch command keeps under way at once.
inline constexpr size_t kMaxInFlight = 8;

// Runs jobs on kMaxInFlight threads and hands their results over in the order they were submitted,
// on the submitting thread. At most twice kMaxInFlight jobs are held, so a slow reader or server
// slows the submitter instead of filling memory. For one submitting thread.
template <typename Result>
class OrderedPipeline {
 public:
  using Job = std::function<absl::StatusOr<Result>()>;
  using Deliver = std::function<absl::Status(Result)>;

  explicit OrderedPipeline(Deliver deliver)
      : deliver_(std::move(deliver)),
        pool_({.name = "batch", .threads = kMaxInFlight, .max_queued = kMaxHeld}) {}

  // Waits while too much is under way. The first error of a job or of `deliver` ends the batch:
  // it is returned, and nothing may be submitted after it.
  absl::Status Submit(Job job) {
    if (held_.size() == kMaxHeld) RETURN_IF_ERROR(DeliverOldest());
    auto task = std::make_shared<std::packaged_task<absl::StatusOr<Result>()>>(std::move(job));
    held_.push_back(task->get_future());
    if (!pool_.TrySubmit([task] { (*task)(); })) {
      held_.pop_back();
      return absl::InternalError("batch: expected room for one more request; repeat the command");
    }
    return absl::OkStatus();
  }

  // Waits for everything submitted.
  absl::Status Finish() {
    while (!held_.empty()) RETURN_IF_ERROR(DeliverOldest());
    return absl::OkStatus();
  }

 private:
  static constexpr size_t kMaxHeld = 2 * kMaxInFlight;

  absl::Status DeliverOldest() {
    absl::StatusOr<Result> result = held_.front().get();
    held_.pop_front();
    if (!result.ok()) return result.status();
    return deliver_(*std::move(result));
  }

  const Deliver deliver_;
  std::deque<std::future<absl::StatusOr<Result>>> held_;
  // Last, so that it is drained before what its jobs refer to goes.
  BoundedPool pool_;
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_CLIENT_ORDERED_PIPELINE_H_
