#include <CLI/App.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "services/orchestrator/config.h"
#include "services/orchestrator/register.h"

int main(int argc, char** argv) {
  namespace audit = throughline::audit;
  namespace orchestrator = throughline::orchestrator;
  namespace rpc = throughline::rpc;
  rpc::ServiceFlags flags{.name = "orchestrator", .port = 50051, .metrics_port = 9101};
  CLI::App app{"Takes each call through recall, analyse, write and save."};
  rpc::AddServiceFlags(app, flags);
  orchestrator::Config config;
  orchestrator::AddFlags(app, config);
  audit::AuditOptions audit_options{.service = flags.name};
  audit::AddAuditFlags(app, audit_options);
  bool migrate = false;
  app.add_flag("--migrate", migrate, "Bring the store's schema up to date and exit");
  return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
    RETURN_IF_ERROR(orchestrator::CheckTargets(config));
    orchestrator::OrchestratorOptions options = orchestrator::ToOptions(config);
    if (migrate) return orchestrator::OrchestratorModule::Migrate(options);
    ASSIGN_OR_RETURN(const auto log, audit::AuditLog::Open(audit_options, host.metrics(),
                                                           throughline::Clock::Real()));
    options.audit = log.get();
    options.tracer = host.tracer();
    const std::string memory_methods = "throughline.memory.v1.MemoryService/";
    ASSIGN_OR_RETURN(
        const auto module,
        orchestrator::OrchestratorModule::Make(
            options, host.metrics(), throughline::Clock::Real(),
            {.memory = host.MakeChannel(
                 config.memory, {.idempotent_methods = {absl::StrCat(memory_methods, "Recall"),
                                                        absl::StrCat(memory_methods, "Retain"),
                                                        absl::StrCat(memory_methods, "GetProfile"),
                                                        absl::StrCat(memory_methods, "GetDeal")}}),
             .analyst = host.MakeChannel(config.analyst),
             .writer = host.MakeChannel(config.writer),
             .router = host.MakeChannel(config.router)}));
    module->Register(host);
    return host.Serve();
  });
}
