#include "services/cli/serve/serve_command.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/observability/json_log.h"
#include "common/rpc/service_runner.h"
#include "common/rpc/signals.h"
#include "services/cli/serve/options.h"
#include "services/cli/serve/stack.h"

namespace throughline::cli {
namespace {

std::string Announcement(const Stack::Addresses& addresses) {
  return nlohmann::ordered_json{{"address", addresses.orchestrator},
                                {"http", absl::StrCat("http://", addresses.http)},
                                {"metrics", addresses.metrics},
                                {"services",
                                 {{"memory", addresses.memory},
                                  {"router", addresses.router},
                                  {"analyst", addresses.analyst},
                                  {"writer", addresses.writer},
                                  {"orchestrator", addresses.orchestrator}}}}
      .dump();
}

class ServeCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("serve", "Run all services in one process");
    AddServeFlags(*command, options_);
    command->footer(
        "Examples:\n"
        "  throughline serve\n"
        "  throughline serve --port 0 --data-dir /var/lib/throughline --redis 127.0.0.1:6379\n"
        "Prints one line of JSON with the addresses once everything is healthy; logs go to "
        "stderr.\n"
        "SIGTERM or SIGINT lets the calls under way end, then exits with 0.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    RETURN_IF_ERROR(rpc::PrepareProcess("throughline", options_.log_level));
    RETURN_IF_ERROR(CheckSurroundings(options_));
    ASSIGN_OR_RETURN(const std::unique_ptr<Stack> stack, Stack::Start(options_));
    terminal.out << Announcement(stack->addresses()) << std::endl;
    Log(Severity::kInfo, "serving", {{"address", stack->addresses().orchestrator}});
    const int signal = rpc::WaitForShutdownSignal();
    Log(Severity::kInfo, "shutting down", {{"signal", signal}});
    stack->Shutdown();
    Log(Severity::kInfo, "stopped");
    return absl::OkStatus();
  }

 private:
  ServeOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeServeCommand() { return std::make_unique<ServeCommand>(); }

}  // namespace throughline::cli
