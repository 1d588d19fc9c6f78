#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/cli/client/client.h"
#include "services/cli/client/pages.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/routing_text.h"

namespace throughline::cli {
namespace {

namespace router = throughline::router::v1;

constexpr int kMaxDecisions = 100'000;

absl::StatusOr<router::TaskKind> ParseTask(const std::string& name) {
  router::TaskKind task = router::TASK_KIND_UNSPECIFIED;
  if (name.empty() ||
      router::TaskKind_Parse(absl::StrCat("TASK_KIND_", absl::AsciiStrToUpper(name)), &task)) {
    return task;
  }
  return InvalidField(
      "--task",
      absl::StrCat("general, analyze_call, extract_facts or write_email, got \"", name, "\""),
      "correct the flag or leave it out");
}

class DecisionsCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("decisions", "List which model answered, why, and what it cost");
    command->add_option("--customer", customer_, "Only this customer's");
    command->add_option("--call", call_, "Only this call's");
    command->add_option("--task", task_,
                        "Only this work: general, analyze_call, extract_facts, write_email");
    command->add_option("--limit", limit_, "Most decisions to list, newest first")
        ->check(CLI::Range(1, kMaxDecisions))
        ->capture_default_str();
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline decisions --customer acme\n"
        "  throughline decisions --task write_email --json | jq .reason");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    router::ListDecisionsRequest request;
    request.set_customer_id(customer_);
    request.set_call_id(call_);
    ASSIGN_OR_RETURN(const router::TaskKind task, ParseTask(task_));
    request.set_task(task);
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    std::vector<router::Decision> decisions;
    RETURN_IF_ERROR(ForEachRow(
        request, limit_,
        [&](const router::ListDecisionsRequest& page) {
          return client->Call(client->router(), &Client::Router::StubInterface::ListDecisions,
                              page);
        },
        [](const router::ListDecisionsResponse& response) { return response.decisions(); },
        [&](const router::Decision& decision) {
          if (flags_.json) return WriteJsonLine(decision, terminal.out);
          decisions.push_back(decision);
          return absl::OkStatus();
        }));
    if (!flags_.json) terminal.out << RenderDecisions(decisions, terminal.out_layout);
    return absl::OkStatus();
  }

 private:
  std::string customer_;
  std::string call_;
  std::string task_;
  int limit_ = 50;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeDecisionsCommand() { return std::make_unique<DecisionsCommand>(); }

}  // namespace throughline::cli
