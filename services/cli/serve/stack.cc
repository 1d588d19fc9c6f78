#include "services/cli/serve/stack.h"

#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/observability/metrics.h"
#include "common/rpc/channel.h"
#include "common/rpc/service_runner.h"
#include "common/storage/directory_lock.h"
#include "common/tracing/otlp_tracer.h"
#include "services/analyst/register.h"
#include "services/gateway/register.h"
#include "services/memory/register.h"
#include "services/orchestrator/register.h"
#include "services/router/register.h"
#include "services/writer/register.h"

namespace throughline::cli {
namespace {

constexpr char kServiceName[] = "throughline";
constexpr absl::Duration kHealthBudget = absl::Seconds(10);
constexpr absl::Duration kHttpPatience = absl::Seconds(20);
// Then calls that came over HTTP are handed over, so that their clients hear of it in time.
constexpr absl::Duration kHttpCallPatience = absl::Seconds(16);
constexpr absl::Duration kHandOverPatience = absl::Seconds(2);
// Callers in this process have gone before the services they call.
constexpr double kInnerDrainSeconds = 2;

// A service behind the public port: loopback only, called by services that send the tenant along.
rpc::ServiceFlags InnerFlags(const ServeOptions& options, absl::string_view name) {
  rpc::ServiceFlags flags;
  flags.name = std::string(name);
  flags.log_level = options.log_level;
  flags.tenant = options.tenant;
  flags.trust_tenant_metadata = true;
  flags.drain_seconds = kInnerDrainSeconds;
  return flags;
}

rpc::ServiceFlags PublicFlags(const ServeOptions& options) {
  rpc::ServiceFlags flags;
  flags.name = "public";
  flags.host = options.host;
  flags.port = options.port;
  flags.log_level = options.log_level;
  flags.tenant = options.tenant;
  return flags;
}

// The console that was built beside this binary; empty when there is none.
std::string BuiltConsole() {
  std::error_code error;
  const auto binary = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto console = binary.parent_path().parent_path() / "console";
  return !error && std::filesystem::exists(console / "index.html", error) ? console.string() : "";
}

// `status` as an error of `flag`, whose value the message does not name by itself.
absl::Status OfFlag(absl::string_view flag, absl::string_view expected,
                    const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(flag, ": expected ", expected, ", but ", status.message()));
}

}  // namespace

// In the order of construction; destroyed in reverse, so each module outlives the hosts it serves.
struct Stack::Parts {
  std::unique_ptr<storage::DirectoryLock> data_dir_lock;
  rpc::Tls tls;  // of the public port
  MetricsRegistry metrics;
  std::unique_ptr<Tracer> tracer;          // null: no spans are recorded
  std::unique_ptr<audit::AuditLog> audit;  // null: nothing is recorded
  std::unique_ptr<memory::MemoryModule> memory_module;
  std::unique_ptr<router::RouterModule> router_module;
  std::unique_ptr<analyst::AnalystModule> analyst_module;
  std::unique_ptr<writer::WriterModule> writer_module;
  std::unique_ptr<orchestrator::OrchestratorModule> orchestrator_module;
  std::unique_ptr<rpc::ServiceHost> memory_host;
  std::unique_ptr<rpc::ServiceHost> router_host;
  std::unique_ptr<rpc::ServiceHost> analyst_host;
  std::unique_ptr<rpc::ServiceHost> writer_host;
  std::unique_ptr<rpc::ServiceHost> orchestrator_host;
  std::unique_ptr<rpc::ServiceHost> public_host;
  std::unique_ptr<MetricsServer> metrics_server;
  std::unique_ptr<gateway::GatewayModule> gateway;

  // Starts a service on a loopback port, for clients of its own, and returns a connection to it
  // that stays within the process: a call between services takes no socket.
  template <typename Module>
  absl::StatusOr<rpc::Connection> Host(const ServeOptions& options, absl::string_view name,
                                       Module& module, std::unique_ptr<rpc::ServiceHost>& host) {
    host = std::make_unique<rpc::ServiceHost>(InnerFlags(options, name), metrics, rpc::Tls(),
                                              tracer.get());
    module.Register(*host);
    RETURN_IF_ERROR(host->Start());
    return host->InProcess();
  }

  absl::Status StartServices(const ServeOptions& options);
  absl::Status StartPublic(const ServeOptions& options);
  absl::Status AwaitHealth(const Addresses& addresses);
  absl::Status StartGateway(const ServeOptions& options);
};

absl::Status Stack::Parts::StartServices(const ServeOptions& options) {
  auto lock = storage::DirectoryLock::Take(options.data_dir);
  RETURN_IF_ERROR(OfFlag("--data-dir", "a directory of its own", lock.status()));
  data_dir_lock = *std::move(lock);
  ASSIGN_OR_RETURN(tracer, MakeTracer(options.trace, kServiceName, metrics));
  const Clock& clock = Clock::Real();
  ASSIGN_OR_RETURN(audit, audit::AuditLog::Open(options.audit, metrics, clock));
  memory::MemoryOptions memory_options{
      .store = {.store = options.store.empty() ? absl::StrCat("sqlite:", options.data_dir)
                                               : options.store},
      .redis_password_file = options.redis_password_file,
      .redis_tls_ca_file = options.redis_tls_ca_file,
      .embeddings = options.embeddings,
      .audit = audit.get(),
      .retention = options.retention,
      .embeddings_path = absl::StrCat(options.data_dir, "/embeddings.db"),
  };
  router::RouterOptions router_options{.data_dir = options.data_dir,
                                       .config_path = options.router_config,
                                       .redis_password_file = options.redis_password_file,
                                       .redis_tls_ca_file = options.redis_tls_ca_file,
                                       .conninfo_file = options.router_conninfo,
                                       .retention = options.retention,
                                       .audit = audit.get()};
  if (!options.redis.empty()) {
    ASSIGN_OR_RETURN(memory_options.redis, ParseHostPort(options.redis, "--redis"));
    router_options.redis = memory_options.redis;
  }
  ASSIGN_OR_RETURN(memory_module, memory::MemoryModule::Make(memory_options, metrics, clock));
  ASSIGN_OR_RETURN(router_module, router::RouterModule::Make(router_options, metrics, clock));
  ASSIGN_OR_RETURN(const rpc::Connection to_memory,
                   Host(options, "memory", *memory_module, memory_host));
  ASSIGN_OR_RETURN(const rpc::Connection to_router,
                   Host(options, "router", *router_module, router_host));
  ASSIGN_OR_RETURN(analyst_module, analyst::AnalystModule::Make({}, metrics, clock, to_router));
  ASSIGN_OR_RETURN(writer_module, writer::WriterModule::Make({}, metrics, clock, to_router));
  ASSIGN_OR_RETURN(const rpc::Connection to_analyst,
                   Host(options, "analyst", *analyst_module, analyst_host));
  ASSIGN_OR_RETURN(const rpc::Connection to_writer,
                   Host(options, "writer", *writer_module, writer_host));
  ASSIGN_OR_RETURN(
      orchestrator_module,
      orchestrator::OrchestratorModule::Make(
          {.store = absl::StrCat("sqlite:", options.data_dir),
           .lock_folder = false,
           .webhooks = options.webhooks,
           .retention = options.retention,
           .audit = audit.get(),
           .tracer = tracer.get()},
          metrics, clock,
          {.memory = to_memory, .analyst = to_analyst, .writer = to_writer, .router = to_router}));
  return absl::OkStatus();
}

absl::Status Stack::Parts::StartPublic(const ServeOptions& options) {
  ASSIGN_OR_RETURN(tls, rpc::Tls::Load(options.tls, rpc::Tls::Role::kServer));
  public_host =
      std::make_unique<rpc::ServiceHost>(PublicFlags(options), metrics, tls, tracer.get());
  orchestrator_module->Register(*public_host);
  memory_module->Register(*public_host);
  router_module->Register(*public_host);
  analyst_module->Register(*public_host);
  writer_module->Register(*public_host);
  RETURN_IF_ERROR(OfFlag("--port", "an address to listen on", public_host->Start()));
  auto started = MetricsServer::Start(options.host, options.metrics_port, metrics);
  RETURN_IF_ERROR(OfFlag("--metrics-port", "an address to listen on", started.status()));
  metrics_server = *std::move(started);
  return absl::OkStatus();
}

absl::Status Stack::Parts::StartGateway(const ServeOptions& options) {
  ASSIGN_OR_RETURN(const rpc::Connection to_orchestrator,
                   Host(options, "orchestrator", *orchestrator_module, orchestrator_host));
  gateway::GatewayOptions http = options.http;
  http.port = options.http_port.value_or(options.port == 0 ? 0 : kDefaultHttpPort);
  if (http.console_dir.empty()) http.console_dir = BuiltConsole();
  http.host = options.host;
  http.tenant = options.tenant;
  http.audit = audit.get();
  http.tracer = tracer.get();
  auto started = gateway::GatewayModule::Start(http, metrics, Clock::Real(),
                                               {.orchestrator = to_orchestrator,
                                                .memory = memory_host->InProcess(),
                                                .router = router_host->InProcess()});
  if (absl::IsUnavailable(started.status())) {
    return OfFlag("--http-port", "an address to listen on", started.status());
  }
  ASSIGN_OR_RETURN(gateway, std::move(started));
  return absl::OkStatus();
}

absl::Status Stack::Parts::AwaitHealth(const Addresses& addresses) {
  const Context context = Context::Background().WithBudget(kHealthBudget);
  RETURN_IF_ERROR(rpc::WaitUntilHealthy(
      context, {addresses.memory, addresses.router, addresses.analyst, addresses.writer}));
  return rpc::WaitUntilHealthy(context, {addresses.orchestrator}, /*service=*/"", tls);
}

Stack::Stack(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Stack::~Stack() { Shutdown(); }

absl::StatusOr<std::unique_ptr<Stack>> Stack::Start(const ServeOptions& options) {
  std::unique_ptr<Stack> stack(new Stack(std::make_unique<Parts>()));
  Parts& parts = *stack->parts_;
  RETURN_IF_ERROR(parts.StartServices(options));
  RETURN_IF_ERROR(parts.StartPublic(options));
  RETURN_IF_ERROR(parts.StartGateway(options));
  Addresses& addresses = stack->addresses_;
  addresses.memory = parts.memory_host->address();
  addresses.router = parts.router_host->address();
  addresses.analyst = parts.analyst_host->address();
  addresses.writer = parts.writer_host->address();
  addresses.orchestrator = parts.public_host->address();
  addresses.http = parts.gateway->address();
  addresses.metrics = HostPort{options.host, parts.metrics_server->port()}.ToString();
  RETURN_IF_ERROR(parts.AwaitHealth(addresses));
  return stack;
}

void Stack::Shutdown() {
  Parts& parts = *parts_;
  // Side by side: whichever way a call came, it has the same time to end before it is handed over.
  absl::Notification http_ended;
  std::thread http([&] {
    if (parts.gateway != nullptr) parts.gateway->Shutdown(kHttpPatience);
    http_ended.Notify();
  });
  std::thread inner([&] {
    if (!http_ended.WaitForNotificationWithTimeout(kHttpCallPatience) &&
        parts.orchestrator_module != nullptr) {
      // An in-process channel is cut by its host's shutdown: callers hear before.
      parts.orchestrator_module->HandOver();
      http_ended.WaitForNotificationWithTimeout(kHandOverPatience);
    }
    parts.orchestrator_host.reset();
  });
  const bool in_time = parts.public_host == nullptr || parts.public_host->Shutdown();
  parts.public_host.reset();
  inner.join();
  http.join();
  // It saves in the background what was left unsaved, so it goes before the services it calls.
  parts.orchestrator_module.reset();
  for (rpc::ServiceHost* host : {parts.writer_host.get(), parts.analyst_host.get(),
                                 parts.router_host.get(), parts.memory_host.get()}) {
    if (host != nullptr) host->Shutdown();
  }
  if (!in_time) parts.metrics_server->AwaitScrape(rpc::kScrapePatience);
}

}  // namespace throughline::cli
