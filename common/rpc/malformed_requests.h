#ifndef THROUGHLINE_COMMON_RPC_MALFORMED_REQUESTS_H_
#define THROUGHLINE_COMMON_RPC_MALFORMED_REQUESTS_H_

#include <grpcpp/support/server_interceptor.h>

namespace throughline::rpc {

// Answers requests whose bytes cannot be parsed with INVALID_ARGUMENT, naming the field where it is
// a string that is not UTF-8, and writes a log line of it; gRPC by itself answers an empty
// UNIMPLEMENTED. No handler sees such a request. Thread-safe.
class MalformedRequests final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // Also takes over the process's protobuf log: what libprotobuf says goes to ours from then on.
  MalformedRequests();

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_MALFORMED_REQUESTS_H_
