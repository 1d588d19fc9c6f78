#include <grpc/support/log.h>

#include <utility>

#include "services/cli/bench/bench_command.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/terminal.h"
#include "services/cli/serve/keys_command.h"
#include "services/cli/serve/serve_command.h"

int main(int argc, char** argv) {
  // A command says one line of its own when a server is away; gRPC's remarks would stand beside it.
  gpr_set_log_function([](gpr_log_func_args*) {});
  throughline::cli::Terminal terminal = throughline::cli::ProcessTerminal();
  auto commands = throughline::cli::ClientCommands();
  commands.insert(commands.begin(), throughline::cli::MakeServeCommand());
  commands.push_back(throughline::cli::MakeKeysCommand());
  commands.push_back(throughline::cli::MakeBenchCommand());
  return throughline::cli::RunCommandLine(argc, argv, std::move(commands), terminal);
}
