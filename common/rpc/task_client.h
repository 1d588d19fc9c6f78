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
