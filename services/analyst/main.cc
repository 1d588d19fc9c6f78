#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "common/rpc/target.h"
#include "services/analyst/register.h"

int main(int argc, char** argv) {
  namespace rpc = throughline::rpc;
  rpc::ServiceFlags flags{.name = "analyst", .port = 50054, .metrics_port = 9104};
  CLI::App app{"Reads a call with everything known before it."};
  rpc::AddServiceFlags(app, flags);
  std::string router = "127.0.0.1:50053";
  app.add_option("--router", router, "Address of the router, HOST:PORT")
      ->envname("THROUGHLINE_ROUTER")
      ->capture_default_str();
  return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
    RETURN_IF_ERROR(rpc::CheckTarget(router, "--router"));
    ASSIGN_OR_RETURN(
        const auto module,
        throughline::analyst::AnalystModule::Make(
            {}, host.metrics(), throughline::Clock::Real(),
            host.MakeChannel(router, {.idempotent_methods = {"throughline.router.v1.RouterService/"
                                                             "Complete"}})));
    module->Register(host);
    return host.Serve();
  });
}
