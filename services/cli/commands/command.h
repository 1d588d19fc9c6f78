#ifndef THROUGHLINE_SERVICES_CLI_COMMANDS_COMMAND_H_
#define THROUGHLINE_SERVICES_CLI_COMMANDS_COMMAND_H_

#include <CLI/App.hpp>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "services/cli/output/terminal.h"

namespace throughline::cli {

// One word of the command line with its flags. Life: Declare, parsing by CLI11, then Run when its
// word was given.
class Command {
 public:
  virtual ~Command() = default;

  // Adds the command to `app`; the flags it declares are members of this object.
  virtual CLI::App* Declare(CLI::App& app) = 0;

  // The error is what the user reads: "<field>: expected …; <next step>".
  virtual absl::Status Run(Terminal& terminal) = 0;
};

// Each command lives in the file of its name.
std::unique_ptr<Command> MakeProcessCommand();
std::unique_ptr<Command> MakeWatchCommand();
std::unique_ptr<Command> MakeDealCommand();
std::unique_ptr<Command> MakeProfileCommand();
std::unique_ptr<Command> MakeFactsCommand();
std::unique_ptr<Command> MakeCallsCommand();
std::unique_ptr<Command> MakeRecallCommand();
std::unique_ptr<Command> MakeRetainCommand();
std::unique_ptr<Command> MakeForgetCommand();
std::unique_ptr<Command> MakeDecisionsCommand();
std::unique_ptr<Command> MakeDecideCommand();
std::unique_ptr<Command> MakeSpendCommand();
std::unique_ptr<Command> MakeRetentionCommand();
std::unique_ptr<Command> MakeAuditCommand();
std::unique_ptr<Command> MakeCompletionCommand();
std::unique_ptr<Command> MakeVersionCommand();

// All of the above, in the order that --help lists them.
std::vector<std::unique_ptr<Command>> ClientCommands();

// Parses the command line, runs the command it names among `commands`, and returns the exit code:
// 0 done, 1 failed, 2 not understood. An error is one line on stderr.
int RunCommandLine(int argc, const char* const* argv,
                   std::vector<std::unique_ptr<Command>> commands, Terminal& terminal);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_COMMANDS_COMMAND_H_
