#ifndef THROUGHLINE_COMMON_RPC_OFFERED_METHOD_H_
#define THROUGHLINE_COMMON_RPC_OFFERED_METHOD_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/rpc/call_scope.h"
#include "common/rpc/local_methods.h"
#include "common/rpc/runtime.h"
#include "common/rpc/task_call.h"
#include "common/rpc/unary_call.h"

// Methods that are called over gRPC and by others of the same process, by one handler:
//
//   AnalystServiceImpl(Analyst& analyst, rpc::Runtime& runtime)
//       : analyze_(runtime, requests_, "throughline.analyst.v1.AnalystService/Analyze",
//                  [this](auto&... call) { return DoAnalyze(call...); }) {}
//   grpc::ServerUnaryReactor* Analyze(…) override {
//     return analyze_.Start(call, request, response);
//   }
//   void OfferTo(rpc::LocalMethods& methods) { methods.Offer(analyze_); }
namespace throughline::rpc {

// The call of a method whose handler is a task, by a caller in this process. `handle` gets the
// call's context; what is referred to outlives the task.
template <typename Handle>
Task<absl::Status> HandleHere(Runtime& runtime, TaskLimit& limit, const Context& caller,
                              absl::string_view name, absl::string_view type,
                              const Handle& handle) {
  CallScope scope(runtime, caller, name, type);
  if (!limit.TryEnter()) co_return scope.FinishRefusedHere();
  absl::Status status = scope.Begin();
  if (status.ok()) status = co_await handle(scope.context());
  limit.Leave();
  co_return scope.FinishHere(status);
}

// A method whose handler is a task. Thread-safe.
template <typename Request, typename Response>
class TaskMethod final : public LocalMethod<Request, Response> {
 public:
  using Handler = std::function<Task<absl::Status>(const Context&, const Request&, Response&)>;

  // `name` is "package.Service/Method". Borrows runtime and limit.
  TaskMethod(Runtime& runtime, TaskLimit& limit, absl::string_view name, Handler handler)
      : runtime_(runtime), limit_(limit), name_(name), handler_(std::move(handler)) {}

  grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* call, const Request* request,
                                  Response* response,
                                  TaskCall::Begin begin = TaskCall::Begin::kOnPool) {
    return TaskCall::Start(
        runtime_, limit_, call, name_,
        [=, this](const Context& context) { return handler_(context, *request, *response); },
        begin);
  }

  Task<absl::Status> Call(const Context& caller, const Request& request,
                          Response& response) override {
    const auto handle = [&](const Context& context) {
      return handler_(context, request, response);
    };
    co_return co_await HandleHere(runtime_, limit_, caller, name_, "unary", handle);
  }

 private:
  Runtime& runtime_;
  TaskLimit& limit_;
  const std::string name_;
  const Handler handler_;
};

// A server-streaming method whose handler is a task. Thread-safe.
template <typename Request, typename Message>
class StreamMethod final : public LocalStream<Request, Message> {
 public:
  using Sink = MessageSink<Message>;
  using Handler = std::function<Task<absl::Status>(const Context&, const Request&, Sink&)>;

  // `name` is "package.Service/Method". Borrows runtime and limit.
  StreamMethod(Runtime& runtime, TaskLimit& limit, absl::string_view name,
               MergeMessages<Message> merge, Handler handler)
      : runtime_(runtime),
        limit_(limit),
        name_(name),
        merge_(merge),
        handler_(std::move(handler)) {}

  grpc::ServerWriteReactor<Message>* Start(grpc::CallbackServerContext* call,
                                           const Request* request) {
    return TaskStream<Message>::Start(runtime_, limit_, call, name_, merge_,
                                      [=, this](const Context& context, Sink& sink) {
                                        return handler_(context, *request, sink);
                                      });
  }

  Task<absl::Status> Call(const Context& caller, const Request& request, Sink& sink) override {
    const auto handle = [&](const Context& context) { return handler_(context, request, sink); };
    co_return co_await HandleHere(runtime_, limit_, caller, name_, "server_stream", handle);
  }
  MergeMessages<Message> merge() const override { return merge_; }

 private:
  Runtime& runtime_;
  TaskLimit& limit_;
  const std::string name_;
  const MergeMessages<Message> merge_;
  const Handler handler_;
};

// A method whose handler blocks, and runs on the runtime's pool whoever calls. Thread-safe.
template <typename Request, typename Response>
class UnaryMethod final : public LocalMethod<Request, Response> {
 public:
  // `call` is null when the caller is in this process.
  using Handler = std::function<absl::Status(
      const Context&, const grpc::CallbackServerContext* call, const Request&, Response&)>;

  // `name` is "package.Service/Method". Borrows runtime.
  UnaryMethod(Runtime& runtime, absl::string_view name, Handler handler)
      : runtime_(runtime), name_(name), handler_(std::move(handler)) {}

  grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* call, const Request* request,
                                  Response* response) {
    return UnaryCall::Start(runtime_, call, name_, [=, this](const Context& context) {
      return handler_(context, call, *request, *response);
    });
  }

  Task<absl::Status> Call(const Context& caller, const Request& request,
                          Response& response) override {
    CallScope scope(runtime_, caller, name_, "unary");
    bool is_accepted = true;
    auto begin = [&](std::function<void(absl::Status)> done) {
      is_accepted = runtime_.pool().TrySubmit([&, done] {
        absl::Status status = scope.Begin();
        if (status.ok()) status = handler_(scope.context(), nullptr, request, response);
        done(std::move(status));
      });
      if (!is_accepted) done(absl::OkStatus());
    };
    const absl::Status status = co_await Completion<absl::Status>(begin);
    co_return is_accepted ? scope.FinishHere(status) : scope.FinishRefusedHere();
  }

 private:
  Runtime& runtime_;
  const std::string name_;
  const Handler handler_;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_OFFERED_METHOD_H_
