#ifndef THROUGHLINE_COMMON_RPC_CLIENT_CALL_H_
#define THROUGHLINE_COMMON_RPC_CLIENT_CALL_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/span.h"
#include "common/rpc/status_mapping.h"

namespace google::protobuf {
class Descriptor;
}  // namespace google::protobuf

namespace throughline::rpc {

struct CallOptions {
  std::string callee;                         // names the other side in errors: "memory"
  absl::Duration budget = absl::Seconds(10);  // the call gets min(budget, what the caller has left)
  bool wait_for_ready = false;                // wait for a connection instead of failing at once
};

// A grpc::ClientContext that passes on the deadline, request id, traceparent and tenant of a
// Context, and is cancelled with it; the call's span. Lives for one call.
class ClientCall {
 public:
  // `request` is the message of the method that is called, and of no other.
  ClientCall(const Context& context, const CallOptions& options,
             const google::protobuf::Descriptor* request);

  grpc::ClientContext* context() { return &client_context_; }

  // Maps the outcome. What the transport itself says about a dead or slow server is replaced by a
  // message that names the callee. A call that the other side cancelled is UNAVAILABLE: that is how
  // gRPC's servers drop what arrives while they shut down.
  absl::Status Result(const grpc::Status& status);

 private:
  absl::Status StatusOf(const grpc::Status& status) const;

  Span span_;
  grpc::ClientContext client_context_;
  const std::string callee_;
  std::atomic<bool> cancelled_ = false;  // by us
  OnCancel on_cancel_;
};

// The same for a call within the process: its span, and the context that the other side gets.
class LocalCall {
 public:
  LocalCall(const Context& context, const CallOptions& options,
            const google::protobuf::Descriptor* request);

  // The caller's, for the time that the call may take.
  const Context& context() const { return context_; }
  // Notes the outcome in the span, and passes it on.
  absl::Status Result(absl::Status status) { return span_.Note(std::move(status)); }

 private:
  Span span_;
  const Context context_;
};

// A blocking unary call. `method` is a member of the generated StubInterface or Stub:
//
//   ASSIGN_OR_RETURN(const RecallResponse response,
//                    rpc::Invoke(ctx, *stub_, &MemoryService::StubInterface::Recall, request,
//                                {.callee = "memory", .budget = absl::Seconds(2)}));
template <typename Stub, typename Interface, typename Request, typename Response>
absl::StatusOr<Response> Invoke(const Context& context, Stub& stub,
                                grpc::Status (Interface::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                                const Request& request, const CallOptions& options) {
  if (absl::Status status = context.Check(); !status.ok()) return status;
  ClientCall call(context, options, Request::descriptor());
  Response response;
  const grpc::Status status = (stub.*method)(call.context(), request, &response);
  if (!status.ok()) return call.Result(status);
  return response;
}

// A blocking server-streaming call: gives each message to `on_message`, in order, on this thread;
// when that returns an error the call is cancelled and the error returned. `method` as for Invoke.
//
//   rpc::InvokeStream(ctx, *stub_, &Service::StubInterface::Watch, request, {.callee = "x"},
//                     [&](const Event& event) -> absl::Status { … });
template <typename Stub, typename Interface, template <typename> typename Reader, typename Request,
          typename Response, typename OnMessage>
absl::Status InvokeStream(
    const Context& context, Stub& stub,
    std::unique_ptr<Reader<Response>> (Interface::*method)(grpc::ClientContext*, const Request&),
    const Request& request, const CallOptions& options, OnMessage on_message) {
  if (absl::Status status = context.Check(); !status.ok()) return status;
  ClientCall call(context, options, Request::descriptor());
  const std::unique_ptr<Reader<Response>> reader = (stub.*method)(call.context(), request);
  absl::Status refused;
  for (Response message; refused.ok() && reader->Read(&message);) {
    refused = on_message(message);
    if (!refused.ok()) call.context()->TryCancel();
  }
  const grpc::Status status = reader->Finish();
  if (!refused.ok()) return refused;
  return status.ok() ? absl::OkStatus() : call.Result(status);
}

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_CLIENT_CALL_H_
