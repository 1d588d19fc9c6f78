#ifndef THROUGHLINE_COMMON_RPC_ECHO_SERVICE_FOR_TESTS_H_
#define THROUGHLINE_COMMON_RPC_ECHO_SERVICE_FOR_TESTS_H_

#include <functional>
#include <string>

#include "common/rpc/stream_call.h"
#include "common/rpc/unary_call.h"
#include "echo_for_tests.grpc.pb.h"

namespace throughline::rpc::test {

// Runs the functions that the test gives it as handlers.
class EchoServiceImpl final : public EchoService::CallbackService {
 public:
  using EchoFunction =
      std::function<absl::Status(const Context&, const EchoRequest&, EchoResponse&)>;
  using RepeatFunction =
      std::function<absl::Status(const Context&, const EchoRequest&, Sink<EchoResponse>&)>;

  explicit EchoServiceImpl(Runtime& runtime) : runtime_(runtime) {}

  // Answers with the request's text unless replaced. Set before serving.
  EchoFunction echo = [](const Context&, const EchoRequest& request, EchoResponse& response) {
    response.set_text(request.text());
    return absl::OkStatus();
  };
  RepeatFunction repeat;

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* call, const EchoRequest* request,
                                 EchoResponse* response) override {
    std::string method = "throughline.rpc.test.EchoService/Echo";
    auto* const reactor = UnaryCall::Start(
        runtime_, call, method,
        [=, this](const Context& context) { return echo(context, *request, *response); });
    Spoil(method);
    return reactor;
  }

  grpc::ServerWriteReactor<EchoResponse>* Repeat(grpc::CallbackServerContext* call,
                                                 const EchoRequest* request) override {
    std::string method = "throughline.rpc.test.EchoService/Repeat";
    auto* const reactor = StreamCall<EchoResponse>::Start(
        runtime_, call, method, [=, this](const Context& context, Sink<EchoResponse>& sink) {
          return repeat(context, *request, sink);
        });
    Spoil(method);
    return reactor;
  }

 private:
  // A handler's name of a method is gone by the time that the call ends.
  static void Spoil(std::string& method) { method.assign(method.size(), '?'); }

  Runtime& runtime_;
};

}  // namespace throughline::rpc::test

#endif  // THROUGHLINE_COMMON_RPC_ECHO_SERVICE_FOR_TESTS_H_
