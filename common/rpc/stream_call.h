#ifndef THROUGHLINE_COMMON_RPC_STREAM_CALL_H_
#define THROUGHLINE_COMMON_RPC_STREAM_CALL_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/rpc/call_scope.h"
#include "common/rpc/runtime.h"

namespace throughline::rpc {

// Where a streaming handler puts its messages. Not thread-safe.
template <typename Message>
class Sink {
 public:
  virtual ~Sink() = default;
  // Sends a copy of `message`; blocks while the previous one is still being sent, so a slow client
  // slows the handler. False when the client is gone: return ctx.Check() or stop early.
  virtual bool Write(const Message& message) = 0;
};

// UnaryCall's counterpart for server streaming: same context, pool, metrics and log line.
//
//   return rpc::StreamCall<Event>::Start(runtime_, call, "pkg.Service/Watch",
//       [=, this](const Context& ctx, rpc::Sink<Event>& sink) { return Watch(ctx, *request, sink);
//       });
//
// A handler occupies a thread of the pool for the life of the stream. Deletes itself.
template <typename Message>
class StreamCall final : public grpc::ServerWriteReactor<Message>, private Sink<Message> {
 public:
  using Handler = std::function<absl::Status(const Context&, Sink<Message>&)>;

  static grpc::ServerWriteReactor<Message>* Start(Runtime& runtime,
                                                  grpc::CallbackServerContext* call,
                                                  absl::string_view method, Handler handler) {
    auto* self = new StreamCall(runtime, call, method);
    const bool accepted =
        runtime.pool().TrySubmit([self, handler = std::move(handler)] { self->Run(handler); });
    if (!accepted) self->Finish(self->scope_.FinishRefused());
    return self;
  }

 private:
  StreamCall(Runtime& runtime, grpc::CallbackServerContext* call, absl::string_view method)
      : scope_(runtime, call, method, "server_stream") {}

  void Run(const Handler& handler) {
    absl::Status status = scope_.Begin();
    if (status.ok()) status = handler(scope_.context(), *this);
    WaitForWrite();
    // The call may be gone as soon as Finish is entered: nothing of *this after it.
    this->Finish(scope_.Finish(status));
  }

  bool Write(const Message& message) override {
    if (!WaitForWrite() || scope_.context().cancellation()->IsCancelled()) return false;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = true;
    }
    sending_ = message;
    this->StartWrite(&sending_);
    return true;
  }

  // False when a write has failed. gRPC ends every write, a cancelled call's too.
  bool WaitForWrite() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto idle = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !writing_; };
    mutex_.Await(absl::Condition(&idle));
    return !broken_;
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) broken_ = true;
  }

  void OnCancel() override { scope_.Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  Message sending_;
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_STREAM_CALL_H_
