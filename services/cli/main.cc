#include <grpc/support/log.h>

#include <utility>

#include "services/cli/commands/command.h"
#include "services/cli/output/terminal.h"

int main(int argc, char** argv) {
  // A command says one line of its own when a server is away; gRPC's remarks would stand beside it.
  gpr_set_log_function([](gpr_log_func_args*) {});
  throughline::cli::Terminal terminal = throughline::cli::ProcessTerminal();
  return throughline::cli::RunCommandLine(argc, argv, throughline::cli::ClientCommands(), terminal);
}
