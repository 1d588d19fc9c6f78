#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/wire/time.h"
#include "services/cli/client/client.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/table.h"

namespace throughline::cli {
namespace {

class RetentionCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "retention", "Show what the retention rules would erase now, and erase nothing");
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline retention\n"
        "  throughline retention --json | jq 'select(.records != \"0\")'\n"
        "The rules are the file that the services take with --retention.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    Table table({"KIND", "KEPT", "OLDER THAN", "RECORDS THAT WOULD GO"});
    RETURN_IF_ERROR((Ask<throughline::orchestrator::v1::PreviewRetentionRequest>(
        *client, client->orchestrator(), &Client::Orchestrator::StubInterface::PreviewRetention,
        table, terminal)));
    RETURN_IF_ERROR((Ask<throughline::memory::v1::PreviewRetentionRequest>(
        *client, client->memory(), &Client::Memory::StubInterface::PreviewRetention, table,
        terminal)));
    RETURN_IF_ERROR((Ask<throughline::router::v1::PreviewRetentionRequest>(
        *client, client->router(), &Client::Router::StubInterface::PreviewRetention, table,
        terminal)));
    if (flags_.json) return absl::OkStatus();
    if (table.empty()) {
      terminal.out << "No rule concerns this tenant: everything is kept.\n";
    } else {
      terminal.out << table.Render(terminal.out_layout);
    }
    return absl::OkStatus();
  }

 private:
  template <typename Request, typename Remote, typename Method>
  absl::Status Ask(const Client& client, const Remote& remote, Method method, Table& table,
                   Terminal& terminal) const {
    ASSIGN_OR_RETURN(const auto response, client.Call(remote, method, Request()));
    for (const auto& row : response.previews()) {
      if (flags_.json) {
        RETURN_IF_ERROR(WriteJsonLine(row, terminal.out));
        continue;
      }
      table.AddRow({row.kind(), absl::StrCat(row.keep_days(), " days"),
                    absl::FormatTime("%Y-%m-%d %H:%M UTC", wire::FromTimestamp(row.before()),
                                     absl::UTCTimeZone()),
                    absl::StrCat(row.records())});
    }
    return absl::OkStatus();
  }

  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeRetentionCommand() { return std::make_unique<RetentionCommand>(); }

}  // namespace throughline::cli
