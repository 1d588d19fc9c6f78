#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/wire/time.h"
#include "services/cli/client/client.h"
#include "services/cli/client/json_lines.h"
#include "services/cli/client/pages.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/memory_text.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace deal = throughline::deal::v1;
namespace memory = throughline::memory::v1;

constexpr int kMaxFacts = 100'000;

absl::StatusOr<deal::FactKind> ParseKind(const std::string& name) {
  deal::FactKind kind;
  if (deal::FactKind_Parse(absl::StrCat("FACT_KIND_", absl::AsciiStrToUpper(name)), &kind) &&
      kind != deal::FACT_KIND_UNSPECIFIED) {
    return kind;
  }
  std::vector<std::string> names;
  for (int value = 1; deal::FactKind_IsValid(value); ++value) {
    names.push_back(Label(static_cast<deal::FactKind>(value)));
  }
  return InvalidField("--kind",
                      absl::StrCat("one of ", absl::StrJoin(names, ", "), ", got \"", name, "\""),
                      "correct the flag or leave it out");
}

class FactsCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("facts", "List what is known of a customer");
    command->add_option("--customer,CUSTOMER", customer_, "The customer's id")->required();
    command->add_option("--kind", kinds_, "Only these kinds, e.g. objection,budget")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--as-of", as_of_,
                        "What held at that time: YYYY-MM-DD (its end) or RFC 3339");
    command->add_flag("--all", all_, "Also facts that were superseded or taken back");
    command->add_option("--limit", limit_, "Most facts to list")
        ->check(CLI::Range(1, kMaxFacts))
        ->capture_default_str();
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline facts --customer acme\n"
        "  throughline facts --customer acme --kind budget,objection --all\n"
        "  throughline facts --customer acme --as-of 2026-01-31 --json | jq .text");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const memory::ListFactsRequest request, MakeRequest());
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    std::vector<deal::Fact> facts;
    RETURN_IF_ERROR(ForEachRow(
        request, limit_,
        [&](const memory::ListFactsRequest& page) {
          return client->Call(client->memory(), &Client::Memory::StubInterface::ListFacts, page);
        },
        [](const memory::ListFactsResponse& response) { return response.facts(); },
        [&](const deal::Fact& fact) {
          if (flags_.json) return WriteJsonLine(fact, terminal.out);
          facts.push_back(fact);
          return absl::OkStatus();
        }));
    if (!flags_.json) terminal.out << RenderFactTable(facts, terminal.out_layout);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<memory::ListFactsRequest> MakeRequest() const {
    memory::ListFactsRequest request;
    request.set_customer_id(customer_);
    memory::RowFilter& filter = *request.mutable_filter();
    filter.set_include_closed(all_);
    for (const std::string& name : kinds_) {
      ASSIGN_OR_RETURN(const deal::FactKind kind, ParseKind(name));
      filter.add_kinds(kind);
    }
    if (!as_of_.empty()) {
      ASSIGN_OR_RETURN(const absl::Time as_of, ParseAsOf());
      *filter.mutable_as_of() = wire::ToTimestamp(as_of);
    }
    return request;
  }

  absl::StatusOr<absl::Time> ParseAsOf() const {
    const std::optional<absl::Time> time = ParseDayOrTime(as_of_);
    if (!time.has_value()) {
      return InvalidField("--as-of",
                          absl::StrCat("a day as YYYY-MM-DD or a time like "
                                       "2026-01-31T18:00:00Z, got \"",
                                       as_of_, "\""),
                          "correct the flag");
    }
    const bool is_day = wire::ParseDay(as_of_).ok();
    const absl::Time wanted = is_day ? *time + absl::Hours(24) - absl::Nanoseconds(1) : *time;
    return is_day ? std::min(wanted, std::max(*time, Clock::Real().Now())) : wanted;
  }

  std::string customer_;
  std::vector<std::string> kinds_;
  std::string as_of_;
  bool all_ = false;
  int limit_ = 100;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeFactsCommand() { return std::make_unique<FactsCommand>(); }

}  // namespace throughline::cli
