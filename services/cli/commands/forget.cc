#include <string>

#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/cli/client/client.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace orchestrator = throughline::orchestrator::v1;

class ForgetCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "forget", "Erase a customer, or one of its calls, everywhere, with a receipt");
    command->add_option("--customer,CUSTOMER", customer_, "The customer's id")->required();
    command->add_option("--call", call_, "Only this call and what was learnt of it");
    command->add_flag("--yes", yes_, "It is meant: nothing brings it back");
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline forget acme --yes\n"
        "  throughline forget acme --call call-3 --yes --json");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    if (!yes_) {
      return InvalidField("--yes", "the flag, for nothing brings back what is erased",
                          "add it if that is meant");
    }
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    orchestrator::ForgetRequest request;
    request.set_customer_id(customer_);
    request.set_call_id(call_);
    ASSIGN_OR_RETURN(const orchestrator::ForgetResponse receipt,
                     client->Call(client->orchestrator(),
                                  &Client::Orchestrator::StubInterface::Forget, request));
    if (flags_.json) return WriteJsonLine(receipt, terminal.out);
    terminal.out << "Erased " << Count(receipt.calls(), "call") << ", "
                 << Count(receipt.facts(), "fact") << ", " << Count(receipt.blockers(), "blocker")
                 << ", " << Count(receipt.stakeholders(), "stakeholder") << " and "
                 << Count(receipt.profile_versions(), "version") << " of the profile.\n"
                 << "Receipt " << Printable(receipt.receipt_id()) << '\n';
    return absl::OkStatus();
  }

 private:
  std::string customer_;
  std::string call_;
  bool yes_ = false;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeForgetCommand() { return std::make_unique<ForgetCommand>(); }

}  // namespace throughline::cli
