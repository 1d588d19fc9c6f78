#ifndef THROUGHLINE_COMMON_RPC_LOCAL_METHODS_H_
#define THROUGHLINE_COMMON_RPC_LOCAL_METHODS_H_

#include <grpcpp/grpcpp.h>

#include <any>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/rpc/message_queue.h"

namespace google::protobuf {
class Descriptor;
}  // namespace google::protobuf

namespace throughline::rpc {

// A method of a service, for callers in the same process. Thread-safe.
template <typename Request, typename Response>
class LocalMethod {
 public:
  virtual ~LocalMethod() = default;

  // What a call over a channel would do: the same context for the handler, bounds, metrics, log
  // line, span and errors. The messages are the caller's own, and its executor runs the steps.
  virtual Task<absl::Status> Call(const Context& context, const Request& request,
                                  Response& response) = 0;
};

// The same of a server-streaming method.
template <typename Request, typename Message>
class LocalStream {
 public:
  virtual ~LocalStream() = default;

  // As LocalMethod's; the messages go to `sink`, which outlives the call.
  virtual Task<absl::Status> Call(const Context& context, const Request& request,
                                  MessageSink<Message>& sink) = 0;
  virtual MergeMessages<Message> merge() const = 0;
};

// Methods that services of this process offer. Filled before anybody calls; then thread-safe.
class LocalMethods {
 public:
  // Borrows `method`, which outlives its callers.
  template <typename Request, typename Response>
  void Offer(LocalMethod<Request, Response>& method) {
    methods_[Request::descriptor()] = &method;
  }

  template <typename Request, typename Message>
  void Offer(LocalStream<Request, Message>& method) {
    methods_[Request::descriptor()] = &method;
  }

  // Null when nobody offers the method that takes such a request.
  template <typename Request, typename Response>
  LocalMethod<Request, Response>* Find() const {
    return FindAs<LocalMethod<Request, Response>>(*Request::descriptor());
  }
  template <typename Request, typename Message>
  LocalStream<Request, Message>* FindStream() const {
    return FindAs<LocalStream<Request, Message>>(*Request::descriptor());
  }

 private:
  template <typename Method>
  Method* FindAs(const google::protobuf::Descriptor& request) const {
    const auto found = methods_.find(&request);
    return found == methods_.end() ? nullptr : std::any_cast<Method*>(found->second);
  }

  // A request belongs to one method (buf's RPC_REQUEST_STANDARD_NAME), so it names that.
  absl::flat_hash_map<const google::protobuf::Descriptor*, std::any> methods_;
};

// The way to a service: a channel, and, to one in this process, what it offers without one.
struct Connection {
  // NOLINTNEXTLINE(google-explicit-constructor): most services are reached by a channel alone
  Connection(std::shared_ptr<grpc::Channel> over, const LocalMethods* here = nullptr)
      : channel(std::move(over)), local(here) {}

  std::shared_ptr<grpc::Channel> channel;
  const LocalMethods* local;  // null: none; outlives all that call
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_LOCAL_METHODS_H_
