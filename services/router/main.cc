#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "services/router/register.h"

int main(int argc, char** argv) {
  namespace rpc = throughline::rpc;
  namespace router = throughline::router;
  rpc::ServiceFlags flags{.name = "router", .port = 50053, .metrics_port = 9103};
  CLI::App app{"Answers prompts with the cheapest model whose answer stands up to the checks."};
  rpc::AddServiceFlags(app, flags);
  router::RouterOptions options{.data_dir = "data"};
  app.add_option("--data-dir", options.data_dir, "Directory of the ledger, router.db")
      ->envname("THROUGHLINE_DATA_DIR")
      ->capture_default_str();
  app.add_option("--router-config", options.config_path,
                 "Models, prices and cascades as YAML; the built-in models when left out")
      ->envname("THROUGHLINE_ROUTER_CONFIG");
  return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
    ASSIGN_OR_RETURN(const auto module, router::RouterModule::Make(options, host.metrics(),
                                                                   throughline::Clock::Real()));
    module->Register(host);
    return host.Serve();
  });
}
