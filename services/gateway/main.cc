#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "common/rpc/target.h"
#include "services/gateway/register.h"

int main(int argc, char** argv) {
  namespace rpc = throughline::rpc;
  namespace gateway = throughline::gateway;
  // The gRPC port carries health and reflection; the product's API is the HTTP port.
  rpc::ServiceFlags flags{.name = "gateway", .port = 50056, .metrics_port = 9106};
  CLI::App app{"Serves the API over HTTP, and the console."};
  rpc::AddServiceFlags(app, flags);
  gateway::GatewayOptions options;
  std::string orchestrator = "127.0.0.1:50051";
  std::string memory = "127.0.0.1:50052";
  std::string router = "127.0.0.1:50053";
  app.add_option("--http-port", options.port, "HTTP port; 0 lets the system choose")
      ->envname("THROUGHLINE_HTTP_PORT")
      ->capture_default_str();
  app.add_option("--orchestrator", orchestrator, "Address of the orchestrator, HOST:PORT")
      ->envname("THROUGHLINE_ORCHESTRATOR")
      ->capture_default_str();
  app.add_option("--memory", memory, "Address of memory, HOST:PORT")
      ->envname("THROUGHLINE_MEMORY")
      ->capture_default_str();
  app.add_option("--router", router, "Address of the router, HOST:PORT")
      ->envname("THROUGHLINE_ROUTER")
      ->capture_default_str();
  gateway::AddGatewayFlags(app, options);
  throughline::audit::AuditOptions audit_options{.service = flags.name};
  throughline::audit::AddAuditFlags(app, audit_options);
  return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
    RETURN_IF_ERROR(rpc::CheckTarget(orchestrator, "--orchestrator"));
    RETURN_IF_ERROR(rpc::CheckTarget(memory, "--memory"));
    RETURN_IF_ERROR(rpc::CheckTarget(router, "--router"));
    options.host = flags.host;
    options.tenant = flags.tenant;
    options.tracer = host.tracer();
    ASSIGN_OR_RETURN(const auto audit,
                     throughline::audit::AuditLog::Open(audit_options, host.metrics(),
                                                        throughline::Clock::Real()));
    options.audit = audit.get();
    ASSIGN_OR_RETURN(const auto module, gateway::GatewayModule::Start(
                                            options, host.metrics(), throughline::Clock::Real(),
                                            {.orchestrator = host.MakeChannel(orchestrator),
                                             .memory = host.MakeChannel(memory),
                                             .router = host.MakeChannel(router)}));
    host.AddLastDrain([&] { return module->Shutdown(absl::Seconds(flags.drain_seconds)); });
    return host.Serve();
  });
}
