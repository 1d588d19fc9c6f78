#ifndef THROUGHLINE_COMMON_HTTP_CLIENT_H_
#define THROUGHLINE_COMMON_HTTP_CLIENT_H_

#include <curl/curl.h>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/context.h"

namespace throughline::http {

struct Request {
  std::string url;                   // http:// or https://
  std::vector<std::string> headers;  // "Name: value", without line breaks
  std::string body;
};

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; the last of a name counts
  std::string body;
};

// Posts over kept-alive connections, all driven by one thread however many requests wait. HTTP/1.1
// and 2, TLS with the system's certificates, proxies from the environment; follows no redirects.
// Thread-safe.
class Client {
 public:
  struct Options {
    absl::Duration connect_timeout = absl::Seconds(5);
    size_t max_response_bytes = 16 * 1024 * 1024;
    long max_connections_per_host = 256;
  };

  Client();
  explicit Client(Options options);
  // Ends what is under way with CANCELLED.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The whole response, whatever its status. Ends with the context's deadline or cancellation, down
  // to the socket. UNAVAILABLE when there is no whole response: not connected, cut, too large.
  // INVALID_ARGUMENT for a header with a line break and for a URL of another scheme.
  absl::StatusOr<Response> Post(const Context& context, Request request);

 private:
  struct Transfer;

  void Run();
  void Start(const std::shared_ptr<Transfer>& transfer);
  void Finish(Transfer& transfer, absl::Status status);
  void DropCancelled();
  void Collect();

  const Options options_;
  CURLM* multi_;
  absl::Mutex mutex_;
  std::deque<std::shared_ptr<Transfer>> arriving_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<CURL*, std::shared_ptr<Transfer>> running_;  // the thread's own
  std::thread thread_;
};

}  // namespace throughline::http

#endif  // THROUGHLINE_COMMON_HTTP_CLIENT_H_
