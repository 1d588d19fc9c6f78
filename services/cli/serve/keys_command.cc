#include "services/cli/serve/keys_command.h"

#include <nlohmann/json.hpp>
#include <string>

#include "common/base/status_macros.h"
#include "services/gateway/register.h"

namespace throughline::cli {
namespace {

class KeysCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("keys", "Make an API key for the HTTP gateway");
    command->add_option("--id", id_, "Its name: letters, digits, - and _")->required();
    command->add_option("--tenant", tenant_, "The tenant it speaks for")->required();
    command->add_option("--scopes", scopes_, "What it may do, of read, write and complete")
        ->capture_default_str();
    command->add_flag("--json", json_, "Print JSON");
    command->footer(
        "Examples:\n"
        "  throughline keys --id acme-2026 --tenant acme\n"
        "  throughline keys --id reports --tenant acme --scopes read\n"
        "Append the entry to the file that `throughline serve --api-keys FILE` reads, under "
        "`keys:`;\n"
        "it is taken up within a second. The key itself is stored nowhere. To replace a key, add "
        "the\n"
        "new one, move its callers, then delete the old entry.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const gateway::NewApiKey made, gateway::MakeApiKey(id_, tenant_, scopes_));
    if (json_) {
      terminal.out
          << nlohmann::ordered_json{{"key", made.key}, {"fileEntry", made.file_entry}}.dump()
          << '\n';
    } else {
      terminal.out << "The key, shown only now:\n  " << made.key
                   << "\n\nThe entry to append to the file of keys, under `keys:`:\n"
                   << made.file_entry;
    }
    return absl::OkStatus();
  }

 private:
  std::string id_;
  std::string tenant_;
  std::string scopes_ = "read,write,complete";
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeKeysCommand() { return std::make_unique<KeysCommand>(); }

}  // namespace throughline::cli
