#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "common/rpc/target.h"
#include "services/orchestrator/register.h"

int main(int argc, char** argv) {
  namespace rpc = throughline::rpc;
  rpc::ServiceFlags flags{.name = "orchestrator", .port = 50051, .metrics_port = 9101};
  CLI::App app{"Takes each call through recall, analyse, write and save."};
  rpc::AddServiceFlags(app, flags);
  std::string memory = "127.0.0.1:50052";
  std::string analyst = "127.0.0.1:50054";
  std::string writer = "127.0.0.1:50055";
  throughline::orchestrator::OrchestratorOptions options;
  app.add_option("--memory", memory, "Address of memory, HOST:PORT")
      ->envname("THROUGHLINE_MEMORY")
      ->capture_default_str();
  app.add_option("--analyst", analyst, "Address of the analyst, HOST:PORT")
      ->envname("THROUGHLINE_ANALYST")
      ->capture_default_str();
  app.add_option("--writer", writer, "Address of the writer, HOST:PORT")
      ->envname("THROUGHLINE_WRITER")
      ->capture_default_str();
  std::string data_dir = "data";
  app.add_option("--data-dir", data_dir, "Folder of the calls when --store is not given")
      ->envname("THROUGHLINE_DATA_DIR")
      ->capture_default_str();
  options.store.clear();
  app.add_option("--store", options.store,
                 "Where calls and jobs are kept: sqlite:FOLDER, or postgres:FILE (which holds "
                 "libpq's connection string) for replicas to share")
      ->envname("THROUGHLINE_ORCHESTRATOR_STORE");
  double lease_s = absl::ToDoubleSeconds(options.lease);
  app.add_option("--lease", lease_s,
                 "Seconds after which the calls of a replica that died are taken over")
      ->envname("THROUGHLINE_LEASE")
      ->check(CLI::Range(1.0, 600.0))
      ->capture_default_str();
  app.add_option("--max-background-calls", options.max_background_calls,
                 "Calls processed in the background at a time")
      ->envname("THROUGHLINE_MAX_BACKGROUND_CALLS")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--webhooks", options.webhooks, "Who is told of processed calls, a YAML file")
      ->envname("THROUGHLINE_WEBHOOKS");
  bool migrate = false;
  app.add_flag("--migrate", migrate, "Bring the store's schema up to date and exit");
  return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
    RETURN_IF_ERROR(rpc::CheckTarget(memory, "--memory"));
    RETURN_IF_ERROR(rpc::CheckTarget(analyst, "--analyst"));
    RETURN_IF_ERROR(rpc::CheckTarget(writer, "--writer"));
    if (options.store.empty()) options.store = absl::StrCat("sqlite:", data_dir);
    options.lease = absl::Seconds(lease_s);
    options.tracer = host.tracer();
    if (migrate) return throughline::orchestrator::OrchestratorModule::Migrate(options);
    const std::string memory_methods = "throughline.memory.v1.MemoryService/";
    ASSIGN_OR_RETURN(
        const auto module,
        throughline::orchestrator::OrchestratorModule::Make(
            options, host.metrics(), throughline::Clock::Real(),
            {.memory = host.MakeChannel(
                 memory, {.idempotent_methods = {absl::StrCat(memory_methods, "Recall"),
                                                 absl::StrCat(memory_methods, "Retain"),
                                                 absl::StrCat(memory_methods, "GetProfile"),
                                                 absl::StrCat(memory_methods, "GetDeal")}}),
             .analyst = host.MakeChannel(analyst),
             .writer = host.MakeChannel(writer)}));
    module->Register(host);
    return host.Serve();
  });
}
