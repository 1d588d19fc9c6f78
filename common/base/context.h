#ifndef THROUGHLINE_COMMON_BASE_CONTEXT_H_
#define THROUGHLINE_COMMON_BASE_CONTEXT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace throughline {

class Tracer;

// One-way switch, shared by the edge that cancels and the work that listens. Thread-safe.
class CancellationSource {
 public:
  using CallbackId = uint64_t;

  // Runs every registered callback once, on the calling thread. Later calls do nothing, and may
  // return before the first has run them all.
  void Cancel() ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsCancelled() const { return cancelled_.load(std::memory_order_acquire); }

  // Registers `callback`; runs it at once, on this thread, if already cancelled (and then returns
  // 0). Callbacks run without a lock held: they may add and remove, themselves included.
  CallbackId Add(std::function<void()> callback) ABSL_LOCKS_EXCLUDED(mutex_);
  // After it returns, the callback is not running and will not run; it waits for a run under way,
  // unless it is that run that calls.
  void Remove(CallbackId id) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::atomic<bool> cancelled_{false};
  absl::Mutex mutex_;
  CallbackId next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  CallbackId running_id_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: none
  std::thread::id cancelling_thread_ ABSL_GUARDED_BY(mutex_);
  std::map<CallbackId, std::function<void()>> callbacks_ ABSL_GUARDED_BY(mutex_);
};

// What every piece of blocking domain code gets as its first argument: who asks, until when, and
// whether anybody still waits. Cheap to copy; immutable but for cancellation; thread-safe.
class Context {
 public:
  struct Fields {
    std::string tenant = "default";  // from the credential, never from a payload
    // Whom to name in the audit log, as the edge that checked the credential says: "key:acme-2026".
    // Empty: whoever holds the connection.
    std::string actor;
    std::string request_id;    // for logs and for the caller's support ticket
    std::string traceparent;   // W3C trace context of the span under way; empty: none
    Tracer* tracer = nullptr;  // takes the trace's spans; null: they are not recorded
    absl::Time deadline = absl::InfiniteFuture();  // by the clock's SteadyNow
    std::shared_ptr<CancellationSource> cancellation;
    const Clock* clock = &Clock::Real();
  };

  explicit Context(Fields fields) : fields_(std::move(fields)) {}

  // For start-up, shutdown and tests: default tenant, no deadline, never cancelled.
  static Context Background() { return Context(Fields{}); }

  const std::string& tenant() const { return fields_.tenant; }
  const std::string& actor() const { return fields_.actor; }
  const std::string& request_id() const { return fields_.request_id; }
  const std::string& traceparent() const { return fields_.traceparent; }
  // Borrowed: outlives every context that has it.
  Tracer* tracer() const { return fields_.tracer; }
  bool has_deadline() const { return fields_.deadline != absl::InfiniteFuture(); }
  const Clock& clock() const { return *fields_.clock; }
  const std::shared_ptr<CancellationSource>& cancellation() const { return fields_.cancellation; }

  // Time left until the deadline, never negative.
  absl::Duration Remaining() const;
  // OK while the caller still waits; else CANCELLED or DEADLINE_EXCEEDED. Ask before each step.
  absl::Status Check() const;

  // A copy whose deadline is min(this deadline, now + budget).
  Context WithBudget(absl::Duration budget) const;
  // A copy that `cancellation` ends instead of the caller's: for work that may end earlier.
  Context WithCancellation(std::shared_ptr<CancellationSource> cancellation) const;
  // A copy for what happens within the span of that W3C trace context.
  Context WithTraceparent(std::string traceparent) const;
  // A copy that ignores the caller's deadline and cancellation: for finishing what was begun.
  Context Detached(absl::Duration budget) const;

 private:
  Fields fields_;
};

// Keeps a callback registered with a cancellation for the life of the object.
class OnCancel {
 public:
  OnCancel(const Context& context, std::function<void()> callback)
      : OnCancel(context.cancellation(), std::move(callback)) {}
  // Null is never cancelled.
  OnCancel(std::shared_ptr<CancellationSource> cancellation, std::function<void()> callback);
  ~OnCancel();
  OnCancel(const OnCancel&) = delete;
  OnCancel& operator=(const OnCancel&) = delete;

 private:
  std::shared_ptr<CancellationSource> cancellation_;
  CancellationSource::CallbackId id_ = 0;
};

}  // namespace throughline

#endif  // THROUGHLINE_COMMON_BASE_CONTEXT_H_
