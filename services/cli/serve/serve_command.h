#ifndef THROUGHLINE_SERVICES_CLI_SERVE_SERVE_COMMAND_H_
#define THROUGHLINE_SERVICES_CLI_SERVE_SERVE_COMMAND_H_

#include <memory>

#include "services/cli/commands/command.h"

namespace throughline::cli {

// `throughline serve`: the whole system in this process until SIGTERM or SIGINT.
std::unique_ptr<Command> MakeServeCommand();

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_SERVE_SERVE_COMMAND_H_
