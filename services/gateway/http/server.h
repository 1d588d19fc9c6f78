#ifndef THROUGHLINE_SERVICES_GATEWAY_HTTP_SERVER_H_
#define THROUGHLINE_SERVICES_GATEWAY_HTTP_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "services/gateway/http/message.h"

namespace throughline::gateway {

// How a handler answers: one Send, or one StartStream and any number of Write. Used by one thread
// at a time.
class Responder {
 public:
  virtual ~Responder() = default;

  // The whole answer.
  virtual void Send(HttpResponse response) = 0;
  // Status and headers now, the body by Write; it ends when the handler returns. `head.body` is the
  // first piece of it.
  virtual void StartStream(HttpResponse head) = 0;
  // Sends `bytes`, which the caller names and who awaits at once; waits, without a thread, while
  // kMaxUnsentStreamBytes wait for a slow client. False when the client has gone, or the wait was
  // cancelled.
  virtual Task<bool> Write(absl::string_view bytes) = 0;
  // Ends a stream so that the client sees it is not whole.
  virtual void Abort() = 0;
  // True once Send or StartStream was called.
  virtual bool started() const = 0;
  // Cancelled when the client of a stream has gone, or the server is stopping without patience.
  virtual const std::shared_ptr<CancellationSource>& cancellation() const = 0;
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;                 // 0 lets the system choose
  size_t handler_threads = 64;  // handlers running at once
  size_t max_queued = 2048;  // requests that may wait for one; as many come at once after a pause
  unsigned max_connections = 2048;
  size_t max_body_bytes = size_t{17} << 20;         // of one request
  size_t max_buffered_bytes = size_t{256} << 20;    // of the bodies of all requests together
  absl::Duration idle_timeout = absl::Seconds(60);  // of a connection on which nothing happens
  absl::Duration read_timeout = absl::Seconds(60);  // to read one request, however busily it drips
  absl::Duration retry_after = absl::Seconds(1);    // what a refused client is told to wait
};

// What a handler's task ends with.
struct Handled {};

// An HTTP/1.1 server (libmicrohttpd, epoll): connections cost no thread, requests are read in full
// within bounds and then handled on a bounded pool. Thread-safe.
class HttpServer {
 public:
  // Answers one request, on the pool; what it waits for as a task holds no thread. A handler that
  // ends without an answer gives 500.
  using Handler = std::function<Task<Handled>(const HttpRequest&, Responder&)>;
  // Whether what the handler does with a request before it first waits is short and never blocks:
  // then it may begin on the thread that read the request, while little else is under way. Short
  // itself.
  using BeginsAtOnce = std::function<bool(const HttpRequest&)>;
  // The answer to a request that never reached the handler: 400, 413, 431 or 503, with why.
  using Refusal = std::function<HttpResponse(int status, absl::string_view why)>;

  // UNAVAILABLE names the address when it cannot be bound.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(HttpServerOptions options,
                                                           Handler handler, Refusal refusal,
                                                           BeginsAtOnce begins_at_once = nullptr);
  // Shuts down if that has not been done.
  virtual ~HttpServer() = default;

  virtual int port() const = 0;
  // Connections open now.
  virtual int connections() const = 0;
  // Accepts nothing new, lets handlers end, and cancels those that have not by `patience`.
  // Idempotent. Says whether all ended by themselves; no patience at all is never too little.
  virtual bool Shutdown(absl::Duration patience) = 0;
};

// With so much unsent, a stream's next piece waits for its slow reader.
inline constexpr size_t kMaxUnsentStreamBytes = size_t{64} << 10;

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_HTTP_SERVER_H_
