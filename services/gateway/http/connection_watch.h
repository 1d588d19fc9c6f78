#ifndef THROUGHLINE_SERVICES_GATEWAY_HTTP_CONNECTION_WATCH_H_
#define THROUGHLINE_SERVICES_GATEWAY_HTTP_CONNECTION_WATCH_H_

#include <map>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace throughline::gateway {

// Cuts connections that take too long to send a request. The library's own timeout begins anew with
// every byte, so a client that drips one now and then would hold its place for ever. Thread-safe.
class ConnectionWatch {
 public:
  explicit ConnectionWatch(absl::Duration read_timeout);
  ~ConnectionWatch();
  ConnectionWatch(const ConnectionWatch&) = delete;
  ConnectionWatch& operator=(const ConnectionWatch&) = delete;

  // `key` names the connection; its socket stays open until Closed returns.
  void Opened(const void* key, int socket) ABSL_LOCKS_EXCLUDED(mutex_);
  void Closed(const void* key) ABSL_LOCKS_EXCLUDED(mutex_);
  // A request was read in full, and is no longer timed; its answer was sent, and the next is
  // awaited.
  void RequestRead(const void* key) ABSL_LOCKS_EXCLUDED(mutex_);
  void AnswerSent(const void* key) ABSL_LOCKS_EXCLUDED(mutex_);

  int open() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Connection {
    int socket;
    absl::Time reading_since;  // InfiniteFuture while a request is handled
  };

  void Sweep();

  const absl::Duration read_timeout_;
  mutable absl::Mutex mutex_;
  std::map<const void*, Connection> connections_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread sweeper_;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_HTTP_CONNECTION_WATCH_H_
