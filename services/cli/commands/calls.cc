#include <iostream>
#include <string>
#include <vector>

#include "common/base/status_macros.h"
#include "services/cli/client/client.h"
#include "services/cli/client/pages.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/call_text.h"
#include "services/cli/output/json.h"

namespace throughline::cli {
namespace {

namespace orchestrator = throughline::orchestrator::v1;

constexpr int kMaxCalls = 10'000;

class CallsCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("calls", "List the calls of a customer, or show one");
    command->add_option("--customer,CUSTOMER", customer_, "The customer's id")->required();
    command->add_option("--call", call_, "Show the stored result of this call");
    command->add_option("--limit", limit_, "Most calls to list")
        ->check(CLI::Range(1, kMaxCalls))
        ->capture_default_str();
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline calls --customer acme\n"
        "  throughline calls --customer acme --call intro");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    return call_.empty() ? ListAll(*client, terminal) : ShowOne(*client, terminal);
  }

 private:
  absl::Status ListAll(const Client& client, Terminal& terminal) const {
    orchestrator::ListCallsRequest request;
    request.set_customer_id(customer_);
    std::vector<orchestrator::CallSummary> calls;
    RETURN_IF_ERROR(ForEachRow(
        request, limit_,
        [&](const orchestrator::ListCallsRequest& page) {
          return client.Call(client.orchestrator(), &Client::Orchestrator::StubInterface::ListCalls,
                             page);
        },
        [](const orchestrator::ListCallsResponse& response) { return response.calls(); },
        [&](const orchestrator::CallSummary& call) {
          if (flags_.json) return WriteJsonLine(call, terminal.out);
          calls.push_back(call);
          return absl::OkStatus();
        }));
    if (!flags_.json) terminal.out << RenderCalls(calls, terminal.out_layout);
    return absl::OkStatus();
  }

  absl::Status ShowOne(const Client& client, Terminal& terminal) const {
    orchestrator::GetCallRequest request;
    request.set_customer_id(customer_);
    request.set_call_id(call_);
    ASSIGN_OR_RETURN(
        const orchestrator::GetCallResponse response,
        client.Call(client.orchestrator(), &Client::Orchestrator::StubInterface::GetCall, request));
    if (flags_.json) return WriteJsonLine(response.result(), terminal.out);
    terminal.out << RenderCall(response.result(), terminal.out_layout);
    return absl::OkStatus();
  }

  std::string customer_;
  std::string call_;
  int limit_ = 100;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeCallsCommand() { return std::make_unique<CallsCommand>(); }

}  // namespace throughline::cli
