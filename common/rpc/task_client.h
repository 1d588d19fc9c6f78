#ifndef THROUGHLINE_COMMON_RPC_TASK_CLIENT_H_
#define THROUGHLINE_COMMON_RPC_TASK_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/rpc/client_call.h"
#include "common/rpc/hand_over.h"
#include "common/rpc/local_methods.h"
#include "common/rpc/message_queue.h"
#include "common/rpc/stream_reader.h"

namespace throughline::rpc {

// A service as tasks see it: a call holds no thread while the other side works, and one to a
// service of this process that offers the method goes there without gRPC. Thread-safe.
//
//   TaskClient<MemoryService> memory_;  // made of a Connection
//   const rpc::CallOptions options{.callee = "memory", .budget = absl::Seconds(2)};
//   CO_ASSIGN_OR_RETURN(const RecallResponse response,
//                       co_await memory_.Call(context, &MemoryStub::async_interface::Recall,
//                                             request, options));
template <typename Service>
class TaskClient {
 public:
  using Stub = typename Service::StubInterface;
  using Async = typename Stub::async_interface;
  template <typename Request, typename Response>
  using Method = void (Async::*)(grpc::ClientContext*, const Request*, Response*,
                                 std::function<void(grpc::Status)>);

  template <typename Request, typename Message>
  using StreamingMethod = void (Async::*)(grpc::ClientContext*, const Request*,
                                          grpc::ClientReadReactor<Message>*);

  explicit TaskClient(const Connection& connection)
      : stub_(Service::NewStub(connection.channel)), local_(connection.local) {}

  // `options` are named by the caller, who awaits at once.
  template <typename Request, typename Response>
  Task<absl::StatusOr<Response>> Call(const Context& context, Method<Request, Response> method,
                                      const Request& request, const CallOptions& options) {
    if (absl::Status status = context.Check(); !status.ok()) co_return status;
    LocalMethod<Request, Response>* const here =
        local_ == nullptr ? nullptr : local_->Find<Request, Response>();
    Response response;
    // No conditional expression: gcc 12 ends what is awaited in one twice.
    absl::Status status;
    if (here != nullptr) {
      status = co_await CallHere(context, *here, request, response, options);
    } else {
      status = co_await CallOver(context, method, request, response, options);
    }
    if (!status.ok()) co_return status;
    co_return std::move(response);
  }

  // Gives each message of a server-streaming call to `on_message`, in order, and awaits that before
  // the next; when it gives an error the call is cancelled and the error returned. `options` and
  // `on_message` are named by the caller, who awaits at once.
  template <typename Request, typename Message, typename OnMessage>
  Task<absl::Status> Read(const Context& context, StreamingMethod<Request, Message> method,
                          const Request& request, const CallOptions& options,
                          const OnMessage& on_message) {
    LocalStream<Request, Message>* const here =
        local_ == nullptr ? nullptr : local_->FindStream<Request, Message>();
    if (here != nullptr) {
      co_return co_await ReadHere(context, *here, request, options, on_message);
    }
    co_return co_await ReadStream(context, *stub_, method, request, options, on_message);
  }

  // For callers that block (rpc::Invoke).
  Stub& stub() { return *stub_; }

 private:
  template <typename Request, typename Response>
  Task<absl::Status> CallHere(const Context& context, LocalMethod<Request, Response>& method,
                              const Request& request, Response& response,
                              const CallOptions& options) {
    LocalCall call(context, options, Request::descriptor());
    absl::Status status = co_await method.Call(call.context(), request, response);
    co_return call.Result(std::move(status));
  }

  template <typename Request, typename Message, typename OnMessage>
  Task<absl::Status> ReadHere(const Context& context, LocalStream<Request, Message>& stream,
                              const Request& request, const CallOptions& options,
                              const OnMessage& on_message) {
    if (absl::Status status = context.Check(); !status.ok()) co_return status;
    LocalCall call(context, options, Request::descriptor());
    const auto cancellation = std::make_shared<CancellationSource>();
    const OnCancel passed_on(context, [cancellation] { cancellation->Cancel(); });
    const Context within = call.context().WithCancellation(cancellation);
    MessageQueue<Message> messages(stream.merge());
    Executor& executor = co_await Here();
    Start<absl::Status>(executor, stream.Call(within, request, messages),
                        [&](absl::Status status) { messages.End(std::move(status)); });
    Message message;
    absl::Status refused;
    while (true) {
      const bool is_there = co_await messages.Next(message);
      if (!is_there) break;
      if (!refused.ok()) continue;
      refused = co_await on_message(message);
      if (!refused.ok()) cancellation->Cancel();
    }
    co_return refused.ok() ? call.Result(messages.status()) : refused;
  }

  template <typename Request, typename Response>
  Task<absl::Status> CallOver(const Context& context, Method<Request, Response> method,
                              const Request& request, Response& response,
                              const CallOptions& options) {
    ClientCall call(context, options, Request::descriptor());
    auto begin = [&](std::function<void(grpc::Status)> done) {
      (stub_->async()->*method)(call.context(), &request, &response, HandOver(std::move(done)));
    };
    const grpc::Status status = co_await Completion<grpc::Status>(begin);
    co_return status.ok() ? absl::OkStatus() : call.Result(status);
  }

  const std::unique_ptr<Stub> stub_;
  const LocalMethods* const local_;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_TASK_CLIENT_H_
