#ifndef THROUGHLINE_COMMON_RPC_UNARY_CALL_H_
#define THROUGHLINE_COMMON_RPC_UNARY_CALL_H_

#include <grpcpp/grpcpp.h>

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/context.h"
#include "common/rpc/call_scope.h"
#include "common/rpc/runtime.h"

namespace throughline::rpc {

// Runs the handler of a unary RPC on a bounded pool, so that no reaction thread ever blocks:
//
//   grpc::ServerUnaryReactor* MemoryServiceImpl::Recall(grpc::CallbackServerContext* call,
//                                                       const RecallRequest* request,
//                                                       RecallResponse* response) {
//     return rpc::UnaryCall::Start(runtime_, call, "throughline.memory.v1.MemoryService/Recall",
//                                  [=, this](const Context& ctx) -> absl::Status {
//       ASSIGN_OR_RETURN(const RecallQuery query, FromProto(*request));
//       ASSIGN_OR_RETURN(const Recollection found, memory_.Recall(ctx, query));
//       *response = ToProto(found);
//       return absl::OkStatus();
//     });
//   }
//
// The context carries the deadline min(client's, runtime's), cancellation, request id, traceparent
// and tenant. The call is finished once with the mapped status, counted and logged in one line.
// A full pool answers RESOURCE_EXHAUSTED with RetryInfo at once. Deletes itself.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  using Handler = std::function<absl::Status(const Context&)>;

  // `method` is "package.Service/Method". `runtime` outlives the server.
  static grpc::ServerUnaryReactor* Start(Runtime& runtime, grpc::CallbackServerContext* call,
                                         absl::string_view method, Handler handler);

 private:
  UnaryCall(Runtime& runtime, grpc::CallbackServerContext* call, absl::string_view method);

  void Run(const Handler& handler);
  void OnCancel() override;
  void OnDone() override;

  CallScope scope_;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_UNARY_CALL_H_
