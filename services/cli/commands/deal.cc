#include <iostream>
#include <string>

#include "common/base/status_macros.h"
#include "services/cli/client/client.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/memory_text.h"

namespace throughline::cli {
namespace {

namespace orchestrator = throughline::orchestrator::v1;

class DealCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("deal", "Show a deal: blockers with their history, people, calls");
    command->add_option("--customer,CUSTOMER", customer_, "The customer's id")->required();
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline deal --customer acme\n"
        "  throughline deal --customer acme --json | jq '.blockers[] | .id, .status'");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    orchestrator::GetDealRequest request;
    request.set_customer_id(customer_);
    ASSIGN_OR_RETURN(const orchestrator::GetDealResponse response,
                     client->Call(client->orchestrator(),
                                  &Client::Orchestrator::StubInterface::GetDeal, request));
    if (flags_.json) return WriteJsonLine(response.deal(), terminal.out);
    terminal.out << RenderDeal(customer_, response.deal(), terminal.out_layout);
    return absl::OkStatus();
  }

 private:
  std::string customer_;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeDealCommand() { return std::make_unique<DealCommand>(); }

}  // namespace throughline::cli
