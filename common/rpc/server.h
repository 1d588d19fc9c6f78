#ifndef THROUGHLINE_COMMON_RPC_SERVER_H_
#define THROUGHLINE_COMMON_RPC_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/base/context.h"
#include "common/observability/json_log.h"
#include "common/rpc/tls.h"

namespace throughline::rpc {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0 lets the system choose
  // A second port that answers for health alone, in plain text whatever `tls` says: for probes
  // that have no certificate. 0 lets the system choose.
  std::optional<int> health_port;
  Tls tls;  // with a certificate, or plain text
  // How often each service's readiness is asked for the health service, and how long it may take.
  absl::Duration readiness_interval = absl::Seconds(2);
  absl::Duration readiness_budget = absl::Seconds(1);
  // On shutdown: how long to answer NOT_SERVING before refusing calls, and how long calls under
  // way may then take.
  absl::Duration not_serving_wait = absl::ZeroDuration();
  absl::Duration drain_timeout = absl::Seconds(20);
  // How long before the end of drain_timeout calls are handed over: see Server::Drain.
  absl::Duration hand_over_time = absl::Seconds(2);
  // Calls that one connection may carry at once; further ones wait in the client.
  int max_concurrent_streams_per_connection = 4096;
  // Called as often as readiness is asked, from a thread of the server; short. May be null.
  std::function<void()> on_readiness;
};

// One listening gRPC server: services, health driven by readiness, reflection, graceful stop.
// Life: AddService..., Start, (calls), Shutdown. Not thread-safe but for what says so.
class Server {
 public:
  // OK while the service can do its work. Asked from a thread of the server, never from a reaction.
  using Readiness = std::function<absl::Status(const Context&)>;

  // What a service does when the server shuts down.
  struct Drain {
    std::function<void()> begin;      // at once: it begins nothing of its own any more
    std::function<void()> hand_over;  // calls are left and will be cancelled: it ends them itself
  };

  explicit Server(ServerOptions options);
  // Shuts down if that has not been done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `name` is the generated class's service_full_name(); its health follows `readiness` (null:
  // always ready). Borrows `service`, which outlives the server. Before Start.
  void AddService(absl::string_view name, grpc::Service& service, Readiness readiness = nullptr);

  // Both functions are short; they run on threads of the server. Before Start.
  void AddDrain(Drain drain);

  // `pool` is drained by Shutdown after the last call. Before Start. Borrowed.
  void AddPool(BoundedPool& pool);

  // Binds, asks readiness once and serves. UNAVAILABLE names the address and what to do about it.
  absl::Status Start();

  // The port in use; 0 before Start.
  int port() const { return port_; }
  // The port of ServerOptions::health_port in use; 0 without one.
  int health_port() const { return health_port_; }
  // "host:port" for clients on this machine.
  std::string address() const;

  // A channel that needs no port. After Start; thread-safe.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // NOT_SERVING, wait, refuse new calls, give those under way until drain_timeout (the last
  // hand_over_time of it to be handed over), cancel the rest, drain the pools. Idempotent. Handlers
  // must notice cancellation: it waits for them. Says whether all calls ended by themselves; a
  // drain_timeout of zero asks for less, and is never missed.
  bool Shutdown();

 private:
  struct Entry {
    std::string name;
    grpc::Service* service;
    Readiness readiness;
    std::unique_ptr<OutageLog> outage;
  };

  absl::Status StartHealthPort();
  void SetHealth(const std::string& name, bool serving);
  void AskReadiness();
  void WatchReadiness() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status WhyNotBound(int port, absl::string_view flag) const;
  // Hands calls over when they have not ended in time.
  void WatchDrain() ABSL_LOCKS_EXCLUDED(mutex_);

  const ServerOptions options_;
  std::vector<Entry> entries_;
  std::vector<BoundedPool*> pools_;
  std::vector<Drain> drains_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> health_server_;  // null without a health port
  int health_port_ = 0;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool drained_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_in_time_ = true;
  std::thread watcher_;
};

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_SERVER_H_
