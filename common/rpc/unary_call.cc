#include "common/rpc/unary_call.h"

#include <utility>

namespace throughline::rpc {

UnaryCall::UnaryCall(Runtime& runtime, grpc::CallbackServerContext* call, absl::string_view method)
    : scope_(runtime, call, method, "unary") {}

grpc::ServerUnaryReactor* UnaryCall::Start(Runtime& runtime, grpc::CallbackServerContext* call,
                                           absl::string_view method, Handler handler) {
  auto* self = new UnaryCall(runtime, call, method);
  const bool accepted =
      runtime.pool().TrySubmit([self, handler = std::move(handler)] { self->Run(handler); });
  if (!accepted) self->Finish(self->scope_.FinishRefused());
  return self;
}

void UnaryCall::Run(const Handler& handler) {
  absl::Status status = scope_.Begin();
  if (status.ok()) status = handler(scope_.context());
  // The call may be gone as soon as Finish is entered: nothing of *this after it.
  Finish(scope_.Finish(status));
}

void UnaryCall::OnCancel() { scope_.Cancel(); }

void UnaryCall::OnDone() { delete this; }

}  // namespace throughline::rpc
