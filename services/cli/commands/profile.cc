#include <iostream>
#include <string>

#include "common/base/status_macros.h"
#include "services/cli/client/client.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/memory_text.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace orchestrator = throughline::orchestrator::v1;

class ProfileCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("profile", "Show what a seller should know before the next call");
    command->add_option("--customer,CUSTOMER", customer_, "The customer's id")->required();
    command->add_flag("--prompt", prompt_, "Print it as the text that goes into a prompt");
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline profile --customer acme\n"
        "  throughline profile --customer acme --prompt");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    orchestrator::GetProfileRequest request;
    request.set_customer_id(customer_);
    ASSIGN_OR_RETURN(const orchestrator::GetProfileResponse response,
                     client->Call(client->orchestrator(),
                                  &Client::Orchestrator::StubInterface::GetProfile, request));
    if (flags_.json) return WriteJsonLine(response.profile(), terminal.out);
    if (prompt_) {
      terminal.out << Printable(response.rendered()) << '\n';
    } else {
      terminal.out << RenderProfile(response.profile(), terminal.out_layout);
    }
    return absl::OkStatus();
  }

 private:
  std::string customer_;
  bool prompt_ = false;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeProfileCommand() { return std::make_unique<ProfileCommand>(); }

}  // namespace throughline::cli
