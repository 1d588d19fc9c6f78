#ifndef THROUGHLINE_SERVICES_CLI_SERVE_KEYS_COMMAND_H_
#define THROUGHLINE_SERVICES_CLI_SERVE_KEYS_COMMAND_H_

#include <memory>

#include "services/cli/commands/command.h"

namespace throughline::cli {

// `throughline keys`: makes an API key for the gateway's file. Talks to no server.
std::unique_ptr<Command> MakeKeysCommand();

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_SERVE_KEYS_COMMAND_H_
