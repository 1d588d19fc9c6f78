#include "services/cli/commands/command.h"

#include <CLI/Config.hpp>
#include <CLI/Error.hpp>
#include <CLI/Formatter.hpp>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/client/errors.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

constexpr int kHelpColumn = 32;

// The command that was named, or the whole program.
const CLI::App& Named(const CLI::App& app) {
  const std::vector<CLI::App*> named = app.get_subcommands();
  return named.empty() ? app : *named.front();
}

// What is wrong when no command was named: `word` is what stands in its place, if anything.
std::string NoCommand(const CLI::App& app, absl::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(/*filter=*/nullptr)) {
    names.push_back(command->get_name());
  }
  return absl::StrCat("COMMAND: expected one of ", absl::StrJoin(names, ", "),
                      word.empty() ? "" : absl::StrCat(", got \"", word, "\""));
}

int ExplainParseError(const CLI::App& app, const CLI::ParseError& error, absl::string_view word,
                      Terminal& terminal) {
  const CLI::App& named = Named(app);
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    terminal.out << named.help();
    return kExitOk;
  }
  const bool is_root = &named == &app;
  const std::string what = is_root ? NoCommand(app, word) : error.what();
  terminal.err << absl::StrCat("throughline", is_root ? "" : " ", is_root ? "" : named.get_name(),
                               ": ", OneLine(what), "; see throughline ",
                               is_root ? "" : absl::StrCat(named.get_name(), " "), "--help\n");
  return kExitUsage;
}

int Finish(const absl::Status& status, Terminal& terminal) {
  terminal.out.flush();
  if (!status.ok()) {
    terminal.err << ErrorLine(status) << '\n';
    return kExitFailed;
  }
  if (!terminal.out.good()) {
    terminal.err << "throughline: stdout: expected to be writable; free space or choose another "
                    "output\n";
    return kExitFailed;
  }
  return kExitOk;
}

}  // namespace

std::vector<std::unique_ptr<Command>> ClientCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(MakeProcessCommand());
  commands.push_back(MakeWatchCommand());
  commands.push_back(MakeDealCommand());
  commands.push_back(MakeProfileCommand());
  commands.push_back(MakeFactsCommand());
  commands.push_back(MakeCallsCommand());
  commands.push_back(MakeRecallCommand());
  commands.push_back(MakeRetainCommand());
  commands.push_back(MakeForgetCommand());
  commands.push_back(MakeDecisionsCommand());
  commands.push_back(MakeDecideCommand());
  commands.push_back(MakeSpendCommand());
  commands.push_back(MakeRetentionCommand());
  commands.push_back(MakeAuditCommand());
  commands.push_back(MakeCompletionCommand());
  commands.push_back(MakeVersionCommand());
  return commands;
}

int RunCommandLine(int argc, const char* const* argv,
                   std::vector<std::unique_ptr<Command>> commands, Terminal& terminal) {
  CLI::App app{
      "Throughline reads the calls of a customer and says what blocks the deal, who decides, and "
      "what to write.",
      "throughline"};
  app.get_formatter()->column_width(kHelpColumn);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  throughline serve\n"
      "  throughline process --customer acme call-1.txt call-2.txt\n"
      "  throughline COMMAND --help");

  std::vector<std::pair<CLI::App*, Command*>> declared;
  for (const std::unique_ptr<Command>& command : commands) {
    declared.emplace_back(command->Declare(app), command.get());
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return ExplainParseError(app, error, argc > 1 ? argv[1] : "", terminal);
  }
  for (const auto& [parsed, command] : declared) {
    if (parsed->parsed()) return Finish(command->Run(terminal), terminal);
  }
  return kExitUsage;
}

}  // namespace throughline::cli
