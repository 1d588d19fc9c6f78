#ifndef THROUGHLINE_COMMON_RPC_SERVICE_RUNNER_H_
#define THROUGHLINE_COMMON_RPC_SERVICE_RUNNER_H_

#include <CLI/App.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/observability/metrics.h"
#include "common/rpc/channel.h"
#include "common/rpc/local_methods.h"
#include "common/rpc/runtime.h"
#include "common/rpc/server.h"
#include "common/rpc/tls.h"
#include "common/tracing/options.h"

namespace throughline::rpc {

// What every service's main takes from its command line, or from THROUGHLINE_* in the environment.
struct ServiceFlags {
  std::string name;  // "memory": not a flag; main sets it
  std::string host = "127.0.0.1";
  int port = 0;                    // 0 lets the system choose
  int metrics_port = 0;            // 0 lets the system choose
  std::optional<int> health_port;  // health alone, in plain text; 0 lets the system choose
  TlsFiles tls;                    // of the server and of every channel
  std::string log_level = "info";
  TraceOptions trace;
  std::string tenant = "default";
  bool trust_tenant_metadata = false;
  int workers = 16;      // handlers running at once
  int max_queued = 256;  // calls that may wait for a worker
  double max_call_seconds = 60;
  double not_serving_seconds = 0;
  double drain_seconds = 20;
  bool healthcheck = false;
};

// How long a process that has something to say at its end waits to be scraped: the interval of
// deploy/prometheus and of the chart, and a little.
inline constexpr absl::Duration kScrapePatience = absl::Seconds(17);

// Adds --host, --port, --metrics-port, --health-port, --tls-cert, --tls-key, --tls-ca,
// --tls-clients, --log-level, --otlp-endpoint, --trace-sample-ratio, --tenant,
// --trust-tenant-metadata, --workers, --max-queued,
// --max-call-seconds, --not-serving-seconds, --drain-seconds and --healthcheck, with `flags`'
// present values as defaults shown by --help.
void AddServiceFlags(CLI::App& app, ServiceFlags& flags);

// The parts of a service process that do not depend on which service it is: pools, runtime, server
// and the metrics they report to. main composes its own objects around it.
class ServiceHost {
 public:
  // Borrows `metrics` and `tracer`, which outlive the host. `tls` is what flags.tls has been loaded
  // into, `tracer` what flags.trace asks for; null: no spans are recorded.
  ServiceHost(ServiceFlags flags, MetricsRegistry& metrics, Tls tls = {}, Tracer* tracer = nullptr);
  // Shuts down if that has not been done.
  ~ServiceHost();
  ServiceHost(const ServiceHost&) = delete;
  ServiceHost& operator=(const ServiceHost&) = delete;

  const ServiceFlags& flags() const { return flags_; }
  MetricsRegistry& metrics() { return metrics_; }
  // For what the module begins on its own; null: no spans are recorded.
  Tracer* tracer() { return tracer_; }
  // The runtime of the default pool (`workers` threads).
  Runtime& runtime() { return *runtimes_.front(); }
  // A runtime with a pool of its own, for handlers that wait on another dependency. Before Start.
  Runtime& AddRuntime(absl::string_view pool_name, size_t threads, size_t max_queued);

  // As rpc::MakeChannel, with the host's own `tls`.
  std::shared_ptr<grpc::Channel> MakeChannel(absl::string_view target, ChannelOptions options = {});

  // As Server::AddService. Before Start.
  void AddService(absl::string_view name, grpc::Service& service,
                  Server::Readiness readiness = nullptr);

  // Where services offer their methods to callers in this process. Before Start.
  LocalMethods& local_methods() { return local_methods_; }

  // As Server::AddDrain. Before Start.
  void AddDrain(Server::Drain drain) { server_.AddDrain(std::move(drain)); }

  // Binds and serves; calls are answered from here on.
  absl::Status Start();
  int port() const { return server_.port(); }
  std::string address() const { return server_.address(); }
  // For callers in this process, who end before the host shuts down: without a channel where the
  // method is offered, over an in-process one elsewhere. After Start.
  Connection InProcess() { return {server_.InProcessChannel(), &local_methods_}; }
  // What else takes part in Serve's shutdown, after the last gRPC call and while /metrics is still
  // there. `drain` ends it and says whether it did so in time. Before Serve.
  void AddLastDrain(std::function<bool()> drain) { last_drains_.push_back(std::move(drain)); }
  // See Server::Shutdown; counts drains that ended by their deadline. Idempotent.
  bool Shutdown();

  // Start, announce the addresses as one line of JSON on stdout
  //   {"service":"memory","address":"127.0.0.1:50052","metrics":"127.0.0.1:9102"}
  // (with "health" where there is a health port),
  // serve until SIGTERM or SIGINT, Shutdown. A process whose drain ended by its deadline stays for
  // one more scrape, for kScrapePatience at most, so that somebody hears of it. What main's
  // composition ends with. Errors: Start's and the metrics port's.
  absl::Status Serve();

 private:
  ServerOptions ToServerOptions();
  void CountDrainTimeout();

  const ServiceFlags flags_;
  MetricsRegistry& metrics_;
  const Tls tls_;
  Tracer* const tracer_;
  std::vector<std::unique_ptr<BoundedPool>> pools_;
  std::vector<std::unique_ptr<Runtime>> runtimes_;
  std::vector<std::function<bool()>> last_drains_;
  prometheus::Counter& drain_timeouts_;
  bool is_timeout_counted_ = false;
  LocalMethods local_methods_;
  Server server_;
};

// The frame of a service's main: parses the command line (--help, unknown flags, THROUGHLINE_*
// fallbacks), answers --healthcheck, blocks signals, sets up logging, then calls `compose`, whose
// local objects live until ServiceHost::Serve has drained. Returns the exit code: 0, or 1 after one
// line on stderr that says what is wrong.
//
//   int main(int argc, char** argv) {
//     rpc::ServiceFlags flags{.name = "memory", .port = 50052, .metrics_port = 9102};
//     CLI::App app{"Stores what was said and recalls it."};
//     rpc::AddServiceFlags(app, flags);
//     std::string data_dir = "data";
//     app.add_option("--data-dir", data_dir, "...")->capture_default_str();
//     return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
//       ASSIGN_OR_RETURN(auto store, SqliteFactStore::Open(data_dir));
//       Memory memory(*store, Clock::Real());
//       MemoryServiceImpl service(memory, host.runtime());
//       host.AddService(v1::MemoryService::service_full_name(), service, ready);
//       return host.Serve();
//     });
//   }
int RunMain(int argc, char** argv, CLI::App& app, ServiceFlags& flags,
            const std::function<absl::Status(ServiceHost&)>& compose);

// For a main that hosts several services: what RunMain does before composing. Signals blocked,
// logging on at `log_level`, gRPC's own log lines routed into ours. INVALID_ARGUMENT for a bad
// level.
absl::Status PrepareProcess(absl::string_view name, absl::string_view log_level);

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_SERVICE_RUNNER_H_
