#include "common/rpc/service_runner.h"

#include <grpc/support/log.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/observability/json_log.h"
#include "common/rpc/signals.h"
#include "common/tracing/otlp_tracer.h"

namespace throughline::rpc {
namespace {

constexpr int kMaxPort = 65535;
constexpr int kMaxWorkers = 1024;
constexpr int kMaxQueuedCalls = 65536;
constexpr double kMaxSeconds = 3600;
constexpr absl::Duration kHealthcheckTimeout = absl::Seconds(3);

// What gRPC calls an error reaches us as the status of the call or server concerned as well.
void RouteGrpcLog(gpr_log_func_args* entry) {
  Log(Severity::kDebug, entry->message, {{"source", "grpc"}});
}

int Fail(absl::string_view name, absl::string_view message) {
  const std::string line = absl::StrReplaceAll(message, {{"\n", " "}});
  std::fprintf(stderr, "%s: %s\n", std::string(name).c_str(), line.c_str());
  return 1;
}

int AskOwnHealth(const ServiceFlags& flags, const Tls& tls) {
  // The health port needs no certificate.
  if (flags.health_port.value_or(0) != 0) return RunHealthcheck(flags.host, *flags.health_port);
  return RunHealthcheck(flags.host, flags.port, kHealthcheckTimeout, tls);
}

}  // namespace

void AddServiceFlags(CLI::App& app, ServiceFlags& flags) {
  app.get_formatter()->column_width(36);
  app.add_option("--host", flags.host, "Address to listen on")
      ->envname("THROUGHLINE_LISTEN_HOST")
      ->capture_default_str();
  app.add_option("--port", flags.port, "gRPC port; 0 lets the system choose")
      ->envname("THROUGHLINE_LISTEN_PORT")
      ->check(CLI::Range(0, kMaxPort))
      ->capture_default_str();
  app.add_option("--metrics-port", flags.metrics_port, "Port of /metrics; 0 lets the system choose")
      ->envname("THROUGHLINE_METRICS_PORT")
      ->check(CLI::Range(0, kMaxPort))
      ->capture_default_str();
  app.add_option("--health-port", flags.health_port,
                 "A further port, for gRPC health alone and in plain text, for probes under TLS")
      ->envname("THROUGHLINE_HEALTH_PORT")
      ->check(CLI::Range(0, kMaxPort));
  AddTlsServerFlags(app, flags.tls);
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")
      ->envname("THROUGHLINE_LOG_LEVEL")
      ->capture_default_str();
  AddTraceFlags(app, flags.trace);
  app.add_option("--tenant", flags.tenant, "Tenant of calls that bring none we trust")
      ->envname("THROUGHLINE_TENANT")
      ->capture_default_str();
  app.add_flag("--trust-tenant-metadata", flags.trust_tenant_metadata,
               "Take the tenant from x-throughline-tenant: only behind our own services")
      ->envname("THROUGHLINE_TRUST_TENANT_METADATA");
  app.add_option("--workers", flags.workers, "Calls handled at once")
      ->envname("THROUGHLINE_WORKERS")
      ->check(CLI::Range(1, kMaxWorkers))
      ->capture_default_str();
  app.add_option("--max-queued", flags.max_queued, "Calls that may wait for a worker")
      ->envname("THROUGHLINE_MAX_QUEUED")
      ->check(CLI::Range(0, kMaxQueuedCalls))
      ->capture_default_str();
  app.add_option("--max-call-seconds", flags.max_call_seconds, "Longest time for one call")
      ->envname("THROUGHLINE_MAX_CALL_SECONDS")
      ->check(CLI::Range(0.001, kMaxSeconds))
      ->capture_default_str();
  app.add_option("--not-serving-seconds", flags.not_serving_seconds,
                 "On SIGTERM: time to answer NOT_SERVING before refusing calls")
      ->envname("THROUGHLINE_NOT_SERVING_SECONDS")
      ->check(CLI::Range(0.0, kMaxSeconds))
      ->capture_default_str();
  app.add_option("--drain-seconds", flags.drain_seconds,
                 "On SIGTERM: time for calls under way to end")
      ->envname("THROUGHLINE_DRAIN_SECONDS")
      ->check(CLI::Range(0.0, kMaxSeconds))
      ->capture_default_str();
  app.add_flag("--healthcheck", flags.healthcheck,
               "Ask the server on --host and --port for its health and exit 0 or 1");
}

ServerOptions ServiceHost::ToServerOptions() {
  ServerOptions options;
  options.host = flags_.host;
  options.port = flags_.port;
  options.health_port = flags_.health_port;
  options.tls = tls_;
  options.not_serving_wait = absl::Seconds(flags_.not_serving_seconds);
  options.drain_timeout = absl::Seconds(flags_.drain_seconds);
  if (tls_.enabled()) {
    prometheus::Gauge& expiry =
        metrics_
            .Gauge("throughline_tls_certificate_expiry_timestamp_seconds",
                   "When the certificate in the file ends, in seconds since 1970.")
            .Add({});
    options.on_readiness = [this, &expiry] {
      if (const auto time = tls_.Expiry(); time.ok()) expiry.Set(absl::ToUnixSeconds(*time));
    };
  }
  return options;
}

ServiceHost::ServiceHost(ServiceFlags flags, MetricsRegistry& metrics, Tls tls, Tracer* tracer)
    : flags_(std::move(flags)),
      metrics_(metrics),
      tls_(std::move(tls)),
      tracer_(tracer),
      drain_timeouts_(metrics
                          .Counter("throughline_drain_timeouts_total",
                                   "Shutdowns that cut calls off at the end of their drain.")
                          .Add({})),
      server_(ToServerOptions()) {
  metrics_.Gauge("throughline_build_info", "1, with the version of the program as a label.")
      .Add({{"version", THROUGHLINE_VERSION}})
      .Set(1);
  AddRuntime(flags_.name, flags_.workers, flags_.max_queued);
}

ServiceHost::~ServiceHost() { Shutdown(); }

Runtime& ServiceHost::AddRuntime(absl::string_view pool_name, size_t threads, size_t max_queued) {
  pools_.push_back(std::make_unique<BoundedPool>(BoundedPool::Options{
      .name = std::string(pool_name), .threads = threads, .max_queued = max_queued}));
  server_.AddPool(*pools_.back());
  Runtime::Options options;
  options.tenant = flags_.tenant;
  options.trust_tenant_metadata = flags_.trust_tenant_metadata;
  options.max_budget = absl::Seconds(flags_.max_call_seconds);
  options.tracer = tracer_;
  runtimes_.push_back(std::make_unique<Runtime>(std::move(options), *pools_.back(), metrics_));
  return *runtimes_.back();
}

std::shared_ptr<grpc::Channel> ServiceHost::MakeChannel(absl::string_view target,
                                                        ChannelOptions options) {
  options.tls = tls_;
  return rpc::MakeChannel(target, options);
}

void ServiceHost::AddService(absl::string_view name, grpc::Service& service,
                             Server::Readiness readiness) {
  server_.AddService(name, service, std::move(readiness));
}

absl::Status ServiceHost::Start() { return server_.Start(); }

absl::Status ServiceHost::Serve() {
  ASSIGN_OR_RETURN(const std::unique_ptr<MetricsServer> metrics_server,
                   MetricsServer::Start(flags_.host, flags_.metrics_port, metrics_));
  RETURN_IF_ERROR(Start());
  const std::string metrics_address = HostPort{flags_.host, metrics_server->port()}.ToString();
  nlohmann::ordered_json announcement = {
      {"service", flags_.name}, {"address", address()}, {"metrics", metrics_address}};
  if (server_.health_port() != 0) {
    announcement["health"] = HostPort{flags_.host, server_.health_port()}.ToString();
  }
  std::printf("%s\n", announcement.dump().c_str());
  std::fflush(stdout);
  Log(Severity::kInfo, "serving", {{"address", address()}, {"metrics", metrics_address}});
  const int signal = WaitForShutdownSignal();
  Log(Severity::kInfo, "shutting down", {{"signal", signal}});
  bool in_time = Shutdown();
  for (const auto& drain : last_drains_) in_time = drain() && in_time;
  if (!in_time) {
    CountDrainTimeout();
    metrics_server->AwaitScrape(kScrapePatience);
  }
  Log(Severity::kInfo, "stopped");
  return absl::OkStatus();
}

bool ServiceHost::Shutdown() {
  const bool in_time = server_.Shutdown();
  if (!in_time) CountDrainTimeout();
  return in_time;
}

void ServiceHost::CountDrainTimeout() {
  if (!std::exchange(is_timeout_counted_, true)) drain_timeouts_.Increment();
}

absl::Status PrepareProcess(absl::string_view name, absl::string_view log_level) {
  ASSIGN_OR_RETURN(const Severity severity, ParseSeverity(log_level));
  BlockShutdownSignals();
  ConfigureLogging(name, severity);
  gpr_set_log_function(RouteGrpcLog);
  // Debian builds Abseil with lock-order checks that end the process; those are for tests.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return absl::OkStatus();
}

int RunMain(int argc, char** argv, CLI::App& app, ServiceFlags& flags,
            const std::function<absl::Status(ServiceHost&)>& compose) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return Fail(flags.name, absl::StrCat(error.what(), "; run with --help for the options"));
  }
  const absl::StatusOr<Tls> tls = Tls::Load(flags.tls, Tls::Role::kServer);
  if (!tls.ok()) return Fail(flags.name, tls.status().message());
  if (flags.healthcheck) return AskOwnHealth(flags, *tls);
  if (!IsValidTenant(flags.tenant)) {
    return Fail(flags.name,
                "--tenant: expected 1 to 64 characters of A-Z a-z 0-9 . _ -; correct it");
  }
  if (const absl::Status status = PrepareProcess(flags.name, flags.log_level); !status.ok()) {
    return Fail(flags.name, status.message());
  }
  MetricsRegistry metrics;
  const absl::StatusOr<std::unique_ptr<Tracer>> tracer =
      MakeTracer(flags.trace, absl::StrCat("throughline-", flags.name), metrics);
  if (!tracer.ok()) return Fail(flags.name, tracer.status().message());
  ServiceHost host(flags, metrics, *tls, tracer->get());
  const absl::Status status = compose(host);
  return status.ok() ? 0 : Fail(flags.name, status.message());
}

}  // namespace throughline::rpc
