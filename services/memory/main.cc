#include <CLI/App.hpp>

#include "absl/status/status.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "services/memory/config.h"
#include "services/memory/register.h"

int main(int argc, char** argv) {
  namespace rpc = throughline::rpc;
  namespace memory = throughline::memory;
  rpc::ServiceFlags flags{.name = "memory", .port = 50052, .metrics_port = 9102};
  CLI::App app{"Keeps what is known of each customer and recalls it."};
  rpc::AddServiceFlags(app, flags);
  memory::Config config;
  memory::AddFlags(app, config);
  throughline::audit::AuditOptions audit_options{.service = flags.name};
  throughline::audit::AddAuditFlags(app, audit_options);
  bool migrate = false;
  app.add_flag("--migrate", migrate, "Bring the store's schema up to date and exit");
  return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
    ASSIGN_OR_RETURN(memory::MemoryOptions options, memory::ToOptions(config));
    if (migrate) audit_options.path.clear();  // it is the running process's
    ASSIGN_OR_RETURN(const auto audit,
                     throughline::audit::AuditLog::Open(audit_options, host.metrics(),
                                                        throughline::Clock::Real()));
    options.audit = audit.get();
    ASSIGN_OR_RETURN(const auto module, memory::MemoryModule::Make(options, host.metrics(),
                                                                   throughline::Clock::Real()));
    if (migrate) return absl::OkStatus();  // opening the store was the work
    module->Register(host);
    return host.Serve();
  });
}
