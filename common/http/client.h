#ifndef THROUGHLINE_COMMON_HTTP_CLIENT_H_
#define THROUGHLINE_COMMON_HTTP_CLIENT_H_

#include <curl/curl.h>
#include <sys/socket.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"

namespace throughline::http {

struct Request {
  std::string url;                   // http:// or https://
  std::vector<std::string> headers;  // "Name: value", without line breaks
  std::string body;
  // Gets the body of a response of status 200 piece by piece, instead of Response::body, on the
  // client's thread: short, and never blocks. Not called after the exchange has ended.
  std::function<void(absl::string_view piece)> on_piece;
  // With on_piece: the longest pause between two pieces.
  absl::Duration stall_timeout = absl::InfiniteDuration();
};

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; the last of a name counts
  std::string body;
};

// What became of a request. `response` holds what arrived, also when it was cut.
struct Exchange {
  absl::Status status;  // OK: the whole response arrived, whatever its status
  Response response;
  bool sent = false;  // the server may have got the whole request
};

// Posts over kept-alive connections, all driven by one thread however many requests wait. HTTP/1.1
// and, over TLS, 2; the system's certificates; no delay on small writes; follows no redirects.
// Thread-safe.
class Client {
 public:
  struct Options {
    absl::Duration connect_timeout = absl::Seconds(5);
    size_t max_response_bytes = 16 * 1024 * 1024;
    size_t max_header_bytes = 64 * 1024;
    // Requests beyond it wait for a connection. Two thousand calls that take seconds each need as
    // many over HTTP/1.1; the process' soft limit of open files is raised to hold them.
    long max_connections_per_host = 4096;
    std::string proxy;    // "http://host:port"; empty: as the environment says (https_proxy, …)
    std::string ca_file;  // certificates to trust, PEM; empty: the system's
    // Asked of each address before a connection to it is opened, on the client's thread: a name
    // that leads elsewhere than it seems gets nowhere. With it there is no proxy. Empty: any.
    std::function<bool(const sockaddr& address)> may_connect;
  };

  Client();
  explicit Client(Options options);
  // Ends what is under way with CANCELLED.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Ends with the context's deadline or cancellation, down to the socket. Errors of the exchange:
  // UNAVAILABLE when there is no whole response: not connected, cut, stalled, too large.
  // INVALID_ARGUMENT for a header with a line break and for a URL of another scheme.
  Task<Exchange> Send(const Context& context, Request request);

  // Send for callers that block; the whole response or the exchange's error.
  absl::StatusOr<Response> Post(const Context& context, Request request);

 private:
  struct Transfer;
  using TransferPtr = std::shared_ptr<Transfer>;

  void Run();
  CURL* TakeHandle();
  void Begin(const TransferPtr& transfer);
  void End(const TransferPtr& transfer, absl::Status status);
  void EndStalled();
  void Collect();
  absl::Status StatusOf(const Transfer& transfer, CURLcode result) const;
  int PollMs() const;

  const Options options_;
  CURLM* multi_;
  absl::Mutex mutex_;
  std::deque<TransferPtr> arriving_ ABSL_GUARDED_BY(mutex_);
  std::deque<TransferPtr> cancelled_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // The thread's own.
  std::map<CURL*, TransferPtr> running_;
  std::vector<CURL*> idle_handles_;
  int streams_ = 0;  // of running_, those with a stall timeout
  std::thread thread_;
};

}  // namespace throughline::http

#endif  // THROUGHLINE_COMMON_HTTP_CLIENT_H_
