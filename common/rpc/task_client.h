#ifndef THROUGHLINE_COMMON_RPC_TASK_CLIENT_H_
#define THROUGHLINE_COMMON_RPC_TASK_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/rpc/client_call.h"
#include "common/rpc/hand_over.h"

namespace throughline::rpc {

// Invoke for tasks: holds no thread while the other side works. `method` is a member of the
// generated StubInterface::async_interface; `options` are named by the caller, who awaits at once.
//
//   const rpc::CallOptions options{.callee = "memory", .budget = absl::Seconds(2)};
//   CO_ASSIGN_OR_RETURN(const RecallResponse response,
//                       co_await rpc::InvokeTask(context, *stub_->async(),
//                                                &MemoryStub::async_interface::Recall, request,
//                                                options));
template <typename Async, typename Request, typename Response>
Task<absl::StatusOr<Response>> InvokeTask(const Context& context, Async& stub,
                                          void (Async::*method)(grpc::ClientContext*,
                                                                const Request*, Response*,
                                                                std::function<void(grpc::Status)>),
                                          const Request& request, const CallOptions& options) {
  if (absl::Status status = context.Check(); !status.ok()) co_return status;
  ClientCall call(context, options, Request::descriptor());
  Response response;
  auto begin = [&](std::function<void(grpc::Status)> done) {
    (stub.*method)(call.context(), &request, &response, HandOver(std::move(done)));
  };
  const grpc::Status status = co_await Completion<grpc::Status>(begin);
  if (!status.ok()) co_return call.Result(status);
  co_return std::move(response);
}

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_TASK_CLIENT_H_
