#ifndef THROUGHLINE_SERVICES_FAULT_PROXY_PROXY_H_
#define THROUGHLINE_SERVICES_FAULT_PROXY_PROXY_H_

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/host_port.h"
#include "services/fault_proxy/sockets.h"

namespace throughline::fault_proxy {

// What becomes of the bytes that pass, in both directions.
struct Faults {
  enum class Flow {
    kPass,
    kBlackHole,  // connections are taken and stay open; nothing moves
    kRefuse,     // connections are reset as soon as they come
  };

  Flow flow = Flow::kPass;
  absl::Duration delay;             // each piece waits this long; pieces of a direction in turn
  int64_t bytes_per_second = 0;     // of each direction; 0: as fast as they come
  int64_t corrupt_every_bytes = 0;  // one bit of every so many bytes is turned; 0: none

  friend bool operator==(const Faults&, const Faults&) = default;
};

// A TCP proxy in front of one target that fails on demand. Each connection has two threads and
// there are at most kMaxConnections: more are reset. Thread-safe.
class FaultProxy {
 public:
  static constexpr int kMaxConnections = 512;
  static constexpr absl::Duration kMaxDelay = absl::Minutes(1);

  struct Options {
    HostPort listen{.host = "127.0.0.1", .port = 0};
    HostPort target;
  };

  // UNAVAILABLE when it cannot listen. The target is not asked: it may come later.
  static absl::StatusOr<std::unique_ptr<FaultProxy>> Start(Options options);
  // Cuts every connection.
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  // Where it listens.
  HostPort address() const { return LocalAddress(listener_, options_.listen); }

  // Takes effect at once, on open connections too. kRefuse cuts those.
  void Set(const Faults& faults) ABSL_LOCKS_EXCLUDED(mutex_);
  Faults faults() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends every open connection in the middle of whatever it carries; new ones are welcome.
  void Cut() ABSL_LOCKS_EXCLUDED(mutex_);
  // Connections taken so far, those that were reset at once included.
  int64_t connections() const { return connections_; }

 private:
  struct Connection {
    Socket client;
    Socket target;
    std::atomic<bool> ended{false};
    std::thread up;    // client to target; begins the connection
    std::thread down;  // target to client
  };

  explicit FaultProxy(Options options, Socket listener);
  void AcceptAll();
  void Open(Socket client) ABSL_LOCKS_EXCLUDED(mutex_);
  void Serve(Connection& connection);
  void Pump(const Socket& from, const Socket& to, Connection& connection);
  // The faults that hold for the next piece, once there is something to do; false at the end.
  bool AwaitFlow(const Connection& connection, Faults& faults) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits unless the connection or the proxy ends; false when it did.
  bool Wait(const Connection& connection, absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);
  void End(Connection& connection) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CutLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Joins what has ended.
  void Sweep() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  const Socket listener_;
  std::atomic<int64_t> connections_{0};
  mutable absl::Mutex mutex_;
  Faults faults_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<Connection> open_ ABSL_GUARDED_BY(mutex_);
  std::thread acceptor_;
};

}  // namespace throughline::fault_proxy

#endif  // THROUGHLINE_SERVICES_FAULT_PROXY_PROXY_H_
