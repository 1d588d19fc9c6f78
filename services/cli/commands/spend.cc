#include <iostream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/wire/time.h"
#include "services/cli/client/client.h"
#include "services/cli/client/json_lines.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/routing_text.h"

namespace throughline::cli {
namespace {

namespace router = throughline::router::v1;

class SpendCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "spend", "Show what was spent, and what the strongest model alone would have cost");
    command->add_option("--by", by_, "Sum by model, task, customer, day, reason or outcome")
        ->capture_default_str();
    command->add_option("--since", since_, "From this day or time on: YYYY-MM-DD or RFC 3339");
    command->add_option("--customer", customer_, "Only this customer's");
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline spend\n"
        "  throughline spend --by customer --since 2026-01-01\n"
        "  throughline spend --json | jq .total.cost.usd");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const router::GetSpendRequest request, MakeRequest());
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    ASSIGN_OR_RETURN(
        const router::GetSpendResponse response,
        client->Call(client->router(), &Client::Router::StubInterface::GetSpend, request));
    if (flags_.json) return WriteJsonLine(response, terminal.out);
    terminal.out << RenderSpend(response, terminal.out_layout);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<router::GetSpendRequest> MakeRequest() const {
    router::GetSpendRequest request;
    request.set_customer_id(customer_);
    router::SpendGroup group = router::SPEND_GROUP_UNSPECIFIED;
    if (!router::SpendGroup_Parse(absl::StrCat("SPEND_GROUP_", absl::AsciiStrToUpper(by_)),
                                  &group)) {
      return InvalidField(
          "--by", absl::StrCat("model, task, customer, day, reason or outcome, got \"", by_, "\""),
          "correct the flag");
    }
    request.set_group_by(group);
    if (since_.empty()) return request;
    const std::optional<absl::Time> since = ParseDayOrTime(since_);
    if (!since.has_value()) {
      return InvalidField("--since",
                          absl::StrCat("a day as YYYY-MM-DD or a time like "
                                       "2026-01-31T18:00:00Z, got \"",
                                       since_, "\""),
                          "correct the flag");
    }
    *request.mutable_since() = wire::ToTimestamp(*since);
    return request;
  }

  std::string by_ = "model";
  std::string since_;
  std::string customer_;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeSpendCommand() { return std::make_unique<SpendCommand>(); }

}  // namespace throughline::cli
