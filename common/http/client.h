#ifndef THROUGHLINE_COMMON_HTTP_CLIENT_H_
#define THROUGHLINE_COMMON_HTTP_CLIENT_H_

#include <curl/curl.h>
#include <sys/socket.h>

#include <atomic>
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
#include "common/http/readiness.h"

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

// Posts over kept-alive connections. A request goes out on the thread that sends it where that
// needs no waiting; two threads serve the rest, however many requests wait. HTTP/1.1 and, over TLS,
// 2; the system's certificates; no delay on small writes; follows no redirects. A request of a
// recorded trace is a span, and tells the server which by its traceparent. Thread-safe.
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
  // INVALID_ARGUMENT for a header with a line break and for a URL of another scheme. What awaits it
  // goes on at its executor; or, where the executor lets it and little else is under way, on one of
  // the client's threads, and without a break when a short response was there at once.
  Task<Exchange> Send(const Context& context, Request request);

  // Send for callers that block; the whole response or the exchange's error.
  absl::StatusOr<Response> Post(const Context& context, Request request);

 private:
  struct Transfer;
  struct Sending;
  using TransferPtr = std::shared_ptr<Transfer>;
  // Transfers that have come to their end, and whether other ones are few.
  struct Ended {
    std::vector<TransferPtr> transfers;
    bool is_quiet = false;
  };

  static int OnSocket(CURL* handle, curl_socket_t socket, int what, void* self, void*);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);

  void Run();
  // Begins the transfer on this thread, or lets one of the client's do so when they are at work.
  // True when it has ended already and what awaits it may go on at once.
  bool Dispatch(const TransferPtr& transfer) ABSL_LOCKS_EXCLUDED(mutex_, queue_mutex_);
  void Cancel(const TransferPtr& transfer) ABSL_LOCKS_EXCLUDED(queue_mutex_);
  void ServeQueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) ABSL_LOCKS_EXCLUDED(queue_mutex_);
  CURL* TakeHandle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Begin(const TransferPtr& transfer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetOptions(Transfer& transfer) const;
  void Handle(const Readiness::Events& events) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndDone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(const TransferPtr& transfer, absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndStalled() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndAll() ABSL_LOCKS_EXCLUDED(mutex_, queue_mutex_);
  // Runs what is due and takes what has ended: to be called before the lock is given back.
  Ended Collect() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GoOn(const Ended& ended, bool may_run_here);
  absl::Status StatusOf(const Transfer& transfer, CURLcode result) const;

  const Options options_;
  Readiness readiness_;  // but for Wait and Wake, under mutex_
  CURLM* const multi_;   // under mutex_
  absl::Mutex mutex_;
  std::map<CURL*, TransferPtr> running_ ABSL_GUARDED_BY(mutex_);
  std::vector<CURL*> idle_handles_ ABSL_GUARDED_BY(mutex_);
  std::vector<TransferPtr> ended_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> streams_{0};                          // of running_, those with a stall timeout
  absl::Mutex queue_mutex_ ABSL_ACQUIRED_AFTER(mutex_);  // held briefly: never while curl works
  std::deque<TransferPtr> arriving_ ABSL_GUARDED_BY(queue_mutex_);
  std::deque<TransferPtr> cancelled_ ABSL_GUARDED_BY(queue_mutex_);
  std::atomic<bool> stopping_{false};
  std::atomic<bool> is_one_away_{false};  // a thread runs what awaited an exchange
  std::vector<std::thread> threads_;
};

}  // namespace throughline::http

#endif  // THROUGHLINE_COMMON_HTTP_CLIENT_H_
