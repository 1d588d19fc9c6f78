#include <iostream>

#include "services/cli/commands/command.h"

namespace throughline::cli {
namespace {

class VersionCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("version", "Print the version");
    command->add_flag("--json", json_, "Print JSON");
    command->footer("Examples:\n  throughline version");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    if (json_) {
      terminal.out << "{\"version\":\"" THROUGHLINE_VERSION "\"}\n";
    } else {
      terminal.out << "throughline " THROUGHLINE_VERSION "\n";
    }
    return absl::OkStatus();
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeVersionCommand() { return std::make_unique<VersionCommand>(); }

}  // namespace throughline::cli
