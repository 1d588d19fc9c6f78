#ifndef THROUGHLINE_COMMON_RPC_CALL_SCOPE_H_
#define THROUGHLINE_COMMON_RPC_CALL_SCOPE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/span.h"
#include "common/rpc/runtime.h"

namespace throughline::rpc {

// The bookkeeping that UnaryCall and StreamCall share: reads the call's metadata into a Context,
// counts it, records its span, and turns the handler's result into the status on the wire and one
// log line. Cancel() may race with everything else; otherwise used by one thread at a time.
class CallScope {
 public:
  // `method` is "package.Service/Method"; `type` is go-grpc-prometheus' grpc_type, and outlives the
  // scope.
  CallScope(Runtime& runtime, grpc::CallbackServerContext* call, absl::string_view method,
            absl::string_view type);
  // Of a call that `caller`, in this process, makes; its cancellation ends the call, too.
  CallScope(Runtime& runtime, const Context& caller, absl::string_view method,
            absl::string_view type);

  const Context& context() const { return context_; }
  Runtime& runtime() { return runtime_; }
  void Cancel() { context_.cancellation()->Cancel(); }

  // The pool has begun to run the handler. Not OK when there is no use in running it: the caller
  // has gone, or its metadata is invalid.
  absl::Status Begin();

  // Counts and logs the outcome; returns what to finish the call with. Called once.
  grpc::Status Finish(const absl::Status& status);
  // The same for a caller in this process: the status that it would read from the wire.
  absl::Status FinishHere(const absl::Status& status);
  // The outcome of a call that the pool refused.
  grpc::Status FinishRefused();
  absl::Status FinishRefusedHere();

 private:
  // What a call brings with it; absent is what was not sent.
  struct Arrival {
    std::optional<std::string> tenant;
    std::optional<std::string> actor;
    std::optional<std::string> request_id;
    std::optional<std::string> traceparent;
    absl::Duration time_left;
    std::shared_ptr<CancellationSource> cancellation;
  };

  static Arrival ArrivalOf(const grpc::CallbackServerContext& call);
  static Arrival ArrivalOf(const Context& caller);

  CallScope(Runtime& runtime, Arrival arrival, absl::string_view method, absl::string_view type);

  Context MakeContext(Arrival arrival);
  std::string ChooseTenant(std::optional<std::string> sent);
  std::string ChooseActor(std::optional<std::string> sent) const;
  void LogOutcome(const absl::Status& status, absl::Duration taken) const;

  Runtime& runtime_;
  const std::string name_;  // handlers put names together as they begin
  const absl::string_view service_;
  const absl::string_view method_;
  const absl::string_view type_;
  const absl::Time started_;
  const TraceEntry trace_;
  absl::Status admission_;  // of the metadata; set while context_ is made
  absl::Duration queued_ = absl::ZeroDuration();
  Context context_;
  Span span_;
  prometheus::Gauge& in_flight_;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_CALL_SCOPE_H_
