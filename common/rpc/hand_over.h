#ifndef THROUGHLINE_COMMON_RPC_HAND_OVER_H_
#define THROUGHLINE_COMMON_RPC_HAND_OVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <utility>

#ifdef THROUGHLINE_TSAN
#include <sanitizer/tsan_interface.h>

#include <memory>
#endif

namespace throughline::rpc {

// `done`, to be given to gRPC, which calls it once, after and because of that. ThreadSanitizer does
// not see into Debian's gRPC: under its preset this tells it of that order; elsewhere it is `done`.
inline std::function<void(grpc::Status)> HandOver(std::function<void(grpc::Status)> done) {
#ifdef THROUGHLINE_TSAN
  auto* const given = new std::function<void(grpc::Status)>(std::move(done));
  __tsan_release(given);
  return [given](grpc::Status status) {
    __tsan_acquire(given);
    const std::unique_ptr<std::function<void(grpc::Status)>> owned(given);
    (*owned)(std::move(status));
  };
#else
  return done;
#endif
}

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_HAND_OVER_H_
