#ifndef THROUGHLINE_SERVICES_CLI_BENCH_BENCH_COMMAND_H_
#define THROUGHLINE_SERVICES_CLI_BENCH_BENCH_COMMAND_H_

#include <memory>

#include "services/cli/commands/command.h"

namespace throughline::cli {

// `throughline bench`: load with honest latencies, and an audit of the server behind it.
std::unique_ptr<Command> MakeBenchCommand();

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_BENCH_BENCH_COMMAND_H_
