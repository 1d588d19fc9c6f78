#ifndef THROUGHLINE_COMMON_RPC_STREAM_READER_H_
#define THROUGHLINE_COMMON_RPC_STREAM_READER_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/rpc/client_call.h"

namespace throughline::rpc {

// The messages of one server-streaming call as a task takes them: each is asked for when the one
// before it is done with, so a slow taker slows the server. Holds no thread in between. Lives until
// End has been awaited.
template <typename Response>
class StreamReader final : public grpc::ClientReadReactor<Response> {
 public:
  // Begins the call that was given this reactor.
  void Begin() {
    // Without it the call could end before anybody awaits that.
    this->AddHold();
    this->StartCall();
  }
  // False, and nothing in `message`, when there is none any more.
  Task<bool> Next(Response& message) {
    auto begin = [&](std::function<void(bool)> done) {
      {
        absl::MutexLock lock(&mutex_);
        on_read_ = std::move(done);
      }
      this->StartRead(&message);
    };
    co_return co_await Completion<bool>(begin);
  }
  // How the call ended, once there is no message any more or it was cancelled.
  Task<grpc::Status> End() {
    auto begin = [this](std::function<void(grpc::Status)> done) {
      {
        absl::MutexLock lock(&mutex_);
        on_end_ = std::move(done);
      }
      this->RemoveHold();
    };
    co_return co_await Completion<grpc::Status>(begin);
  }

 private:
  void OnReadDone(bool ok) override { Take(on_read_)(ok); }
  // The reader may be gone once that is called.
  void OnDone(const grpc::Status& status) override { Take(on_end_)(status); }

  template <typename Done>
  Done Take(Done& done) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::exchange(done, nullptr);
  }

  // What gRPC's threads call is handed to them under it.
  absl::Mutex mutex_;
  std::function<void(bool)> on_read_;
  std::function<void(grpc::Status)> on_end_;
};

// InvokeStream for tasks: awaits `on_message` for each message, in order; when that gives an error
// the call is cancelled and the error returned. `method` is a member of the stub's async_interface;
// `options` and `on_message` are named by the caller, who awaits at once.
//
//   const auto forward = [&](const Event& event) -> Task<absl::Status> { … };
//   absl::Status status = co_await rpc::ReadStream(
//       context, *stub_, &Service::StubInterface::async_interface::Watch, request, options,
//       forward);
template <typename Stub, typename Async, typename Request, typename Response, typename OnMessage>
Task<absl::Status> ReadStream(const Context& context, Stub& stub,
                              void (Async::*method)(grpc::ClientContext*, const Request*,
                                                    grpc::ClientReadReactor<Response>*),
                              const Request& request, const CallOptions& options,
                              const OnMessage& on_message) {
  if (absl::Status status = context.Check(); !status.ok()) co_return status;
  ClientCall call(context, options, Request::descriptor());
  StreamReader<Response> reader;
  (stub.async()->*method)(call.context(), &request, &reader);
  reader.Begin();
  Response message;
  absl::Status refused;
  while (refused.ok()) {
    const bool is_there = co_await reader.Next(message);
    if (!is_there) break;
    refused = co_await on_message(message);
    if (!refused.ok()) call.context()->TryCancel();
  }
  const grpc::Status status = co_await reader.End();
  if (!refused.ok()) co_return refused;
  co_return status.ok() ? absl::OkStatus() : call.Result(status);
}

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_STREAM_READER_H_
