#ifndef THROUGHLINE_COMMON_RPC_TASK_CALL_H_
#define THROUGHLINE_COMMON_RPC_TASK_CALL_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <deque>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/rpc/call_scope.h"
#include "common/rpc/message_queue.h"
#include "common/rpc/runtime.h"

namespace throughline::rpc {

// How many calls may be under way in tasks, which no pool's queue bounds. Thread-safe.
class TaskLimit {
 public:
  explicit TaskLimit(int most) : most_(most) {}

  bool TryEnter() {
    if (under_way_.fetch_add(1) < most_) return true;
    under_way_.fetch_sub(1);
    return false;
  }
  void Leave() { under_way_.fetch_sub(1); }

  // Whether so little is under way that handing work to another thread would only cost time.
  bool IsQuiet() const { return under_way_.load(std::memory_order_relaxed) <= kQuiet; }

 private:
  static constexpr int kQuiet = 2;

  const int most_;
  std::atomic<int> under_way_{0};
};

// UnaryCall for handlers that wait long for others: the handler is a task, whose steps run on the
// runtime's pool and which holds no thread between them. Same context, metrics and log line; more
// calls than the limit allows answer RESOURCE_EXHAUSTED with RetryInfo. Deletes itself.
class TaskCall final : public grpc::ServerUnaryReactor {
 public:
  using Handler = std::function<Task<absl::Status>(const Context&)>;
  // Where a handler's first steps run: on the pool, or, when they are short and never block, on the
  // thread that brought the call while few others are under way.
  enum class Begin { kOnPool, kHereWhenQuiet };

  // `limit` and `runtime` outlive the server.
  static grpc::ServerUnaryReactor* Start(Runtime& runtime, TaskLimit& limit,
                                         grpc::CallbackServerContext* call,
                                         absl::string_view method, Handler handler,
                                         Begin begin = Begin::kOnPool) {
    auto* self = new TaskCall(runtime, limit, call, method, std::move(handler));
    self->begins_here_ = begin == Begin::kHereWhenQuiet && limit.IsQuiet();
    if (!limit.TryEnter()) {
      self->Finish(self->scope_.FinishRefused());
      return self;
    }
    throughline::Start<absl::Status>(runtime.pool(), self->Run(), [self](absl::Status status) {
      self->limit_.Leave();
      // The call may be gone as soon as Finish is entered: nothing of *self after it.
      self->Finish(self->scope_.Finish(status));
    });
    return self;
  }

 private:
  TaskCall(Runtime& runtime, TaskLimit& limit, grpc::CallbackServerContext* call,
           absl::string_view method, Handler handler)
      : scope_(runtime, call, method, "unary"), limit_(limit), handler_(std::move(handler)) {}

  Task<absl::Status> Run() {
    if (!begins_here_) co_await Reschedule();
    absl::Status status = scope_.Begin();
    if (!status.ok()) co_return status;
    co_return co_await handler_(scope_.context());
  }

  void OnCancel() override { scope_.Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  TaskLimit& limit_;
  const Handler handler_;
  bool begins_here_ = false;
};

// TaskCall's counterpart for server streaming.
template <typename Message>
class TaskStream final : public grpc::ServerWriteReactor<Message> {
 public:
  using Sink = MessageSink<Message>;
  using Merge = MergeMessages<Message>;
  using Handler = std::function<Task<absl::Status>(const Context&, Sink&)>;

  static grpc::ServerWriteReactor<Message>* Start(Runtime& runtime, TaskLimit& limit,
                                                  grpc::CallbackServerContext* call,
                                                  absl::string_view method, Merge merge,
                                                  Handler handler) {
    auto* self = new TaskStream(runtime, limit, call, method, merge, std::move(handler));
    if (!limit.TryEnter()) {
      self->Finish(self->scope_.FinishRefused());
      return self;
    }
    throughline::Start<absl::Status>(runtime.pool(), self->Run(), [self](absl::Status status) {
      self->limit_.Leave();
      self->End(std::move(status));
    });
    return self;
  }

 private:
  struct Outlet final : Sink {
    explicit Outlet(TaskStream& stream) : stream(stream) {}
    void Write(Message message) override { stream.Write(std::move(message)); }
    TaskStream& stream;
  };

  TaskStream(Runtime& runtime, TaskLimit& limit, grpc::CallbackServerContext* call,
             absl::string_view method, Merge merge, Handler handler)
      : scope_(runtime, call, method, "server_stream"),
        limit_(limit),
        merge_(merge),
        handler_(std::move(handler)),
        outlet_(*this) {}

  Task<absl::Status> Run() {
    co_await Reschedule();
    absl::Status status = scope_.Begin();
    if (!status.ok()) co_return status;
    co_return co_await handler_(scope_.context(), outlet_);
  }

  void Write(Message message) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (broken_) return;
    // The first of the queue may be on its way.
    if (queue_.size() > 1 && merge_(queue_.back(), message)) return;
    queue_.push_back(std::move(message));
    if (queue_.size() == 1) this->StartWrite(&queue_.front());
  }

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mutex_) {
    bool is_last = false;
    {
      absl::MutexLock lock(&mutex_);
      queue_.pop_front();
      if (!ok) {
        broken_ = true;
        queue_.clear();
      }
      if (!queue_.empty()) this->StartWrite(&queue_.front());
      is_last = ended_ && queue_.empty();
    }
    if (is_last) this->Finish(scope_.Finish(status_));
  }

  void End(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_) {
    bool is_last = false;
    {
      absl::MutexLock lock(&mutex_);
      status_ = std::move(status);
      ended_ = true;
      is_last = queue_.empty();
    }
    if (is_last) this->Finish(scope_.Finish(status_));
  }

  void OnCancel() override { scope_.Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  TaskLimit& limit_;
  const Merge merge_;
  const Handler handler_;
  Outlet outlet_;
  absl::Mutex mutex_;
  std::deque<Message> queue_ ABSL_GUARDED_BY(mutex_);  // the first is being sent
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_;  // once ended_
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_TASK_CALL_H_
