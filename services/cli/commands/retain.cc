#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/wire/time.h"
#include "services/cli/client/client.h"
#include "services/cli/client/json_lines.h"
#include "services/cli/client/ordered_pipeline.h"
#include "services/cli/client/read_input.h"
#include "services/cli/client/retain_batches.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/progress.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace memory = throughline::memory::v1;

// Standard input is held, for it is read twice: to check every line, then to send them.
constexpr size_t kMaxStandardInputBytes = 256 * 1024 * 1024;

struct Totals {
  absl::flat_hash_set<std::string> customers;
  int64_t rows = 0;
  int64_t batches = 0;
  int64_t added = 0;
  int64_t updated = 0;
  int64_t superseded = 0;
  int64_t duplicates = 0;

  void Add(const memory::RetainResponse& response) {
    ++batches;
    rows += response.texts_size();
    added += response.added();
    updated += response.updated();
    superseded += response.superseded();
    duplicates += response.duplicates();
  }
};

std::string JsonTotals(const Totals& totals) {
  return nlohmann::ordered_json{{"customers", totals.customers.size()},
                                {"rows", totals.rows},
                                {"batches", totals.batches},
                                {"added", totals.added},
                                {"updated", totals.updated},
                                {"superseded", totals.superseded},
                                {"duplicates", totals.duplicates}}
      .dump();
}

std::string TextTotals(const Totals& totals) {
  return absl::StrCat(Count(totals.rows, "row"), " of ",
                      Count(static_cast<int64_t>(totals.customers.size()), "customer"), ": ",
                      totals.added, " added, ", totals.updated, " updated, ", totals.superseded,
                      " superseded, ", totals.duplicates, " known before");
}

class RetainCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("retain", "Remember text of a customer word for word");
    auto* texts = command->add_option("TEXT", texts_, "What to remember");
    auto* customer = command->add_option("--customer", customer_, "The customer's id");
    auto* speaker = command->add_option("--speaker", speaker_, "Who said it");
    auto* time = command->add_option("--time", time_, "When: YYYY-MM-DD or RFC 3339");
    auto* tags = command->add_option("--tags", tags_, "Labels: a,b")
                     ->delimiter(',')
                     ->allow_extra_args(false);
    command
        ->add_option(
            "--jsonl", jsonl_,
            "Remember each line {customer, id, text, speaker?, time?, tags?} of this file; "
            "- is stdin")
        ->excludes(texts)
        ->excludes(customer)
        ->excludes(speaker)
        ->excludes(time)
        ->excludes(tags);
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline retain --customer acme --speaker 'Ana Ruiz' 'Calls only after ten.'\n"
        "  throughline retain --jsonl notes.jsonl\n"
        "Every line of a file is checked before the first is sent. A time is RFC 3339 or a day;\n"
        "sending a file twice stores nothing twice.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    return jsonl_.empty() ? RetainTexts(*client, terminal) : RetainFile(*client, terminal);
  }

 private:
  absl::StatusOr<memory::RetainRequest> MakeRequest() const {
    if (customer_.empty()) {
      return InvalidField("--customer", "the customer's id", "add it, or send a file with --jsonl");
    }
    if (texts_.empty()) {
      return InvalidField("TEXT", "what to remember", "add it, or send a file with --jsonl");
    }
    memory::RetainRequest request;
    request.set_customer_id(customer_);
    for (const std::string& text : texts_) {
      memory::VerbatimText& row = *request.add_texts();
      row.set_text(text);
      row.set_speaker(speaker_);
      row.mutable_tags()->Add(tags_.begin(), tags_.end());
      if (time_.empty()) continue;
      const std::optional<absl::Time> time = ParseDayOrTime(time_);
      if (!time.has_value()) {
        return InvalidField("--time",
                            absl::StrCat("a day as YYYY-MM-DD or a time like "
                                         "2026-01-14T09:30:00Z, got \"",
                                         time_, "\""),
                            "correct the flag");
      }
      *row.mutable_at() = wire::ToTimestamp(*time);
    }
    return request;
  }

  static absl::StatusOr<memory::RetainResponse> Send(const Client& client,
                                                     const memory::RetainRequest& request) {
    return client.Call(client.memory(), &Client::Memory::StubInterface::Retain, request);
  }

  absl::Status RetainTexts(const Client& client, Terminal& terminal) const {
    ASSIGN_OR_RETURN(const memory::RetainRequest request, MakeRequest());
    ASSIGN_OR_RETURN(const memory::RetainResponse response, Send(client, request));
    if (flags_.json) return WriteJsonLine(response, terminal.out);
    Totals totals;
    totals.customers.insert(customer_);
    totals.Add(response);
    terminal.out << TextTotals(totals) << '\n';
    return absl::OkStatus();
  }

  // Gives each row of the file to `on_row`, with the bytes read so far.
  absl::Status ForEachRow(std::istream& standard_input,
                          const std::function<absl::Status(RetainRow, int64_t)>& on_row) const {
    ASSIGN_OR_RETURN(const std::unique_ptr<JsonLines> lines,
                     JsonLines::Open(jsonl_, standard_input));
    while (true) {
      ASSIGN_OR_RETURN(const std::optional<JsonRow> row, lines->Next());
      if (!row.has_value()) return absl::OkStatus();
      ASSIGN_OR_RETURN(RetainRow parsed, ParseRetainRow(*row));
      RETURN_IF_ERROR(on_row(std::move(parsed), lines->bytes_read()));
    }
  }

  absl::Status RetainFile(const Client& client, Terminal& terminal) const {
    std::string held;
    if (jsonl_ == "-") {
      ASSIGN_OR_RETURN(held, ReadInput("-", terminal.in, kMaxStandardInputBytes, "--jsonl"));
    }
    std::istringstream checked(held);
    RETURN_IF_ERROR(
        ForEachRow(checked, [](const RetainRow&, int64_t) { return absl::OkStatus(); }));
    std::istringstream sent(held);
    Totals totals;
    const absl::Status status = SendFile(client, sent, totals, terminal);
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat(status.message(), " (", totals.rows,
                                       " rows were stored before; sending the file again stores "
                                       "nothing twice)"));
    }
    terminal.out << (flags_.json ? JsonTotals(totals) : TextTotals(totals)) << '\n';
    return absl::OkStatus();
  }

  int64_t FileBytes() const {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(jsonl_, error);
    return error ? 0 : static_cast<int64_t>(bytes);
  }

  absl::Status SendFile(const Client& client, std::istream& standard_input, Totals& totals,
                        Terminal& terminal) const {
    BatchProgress progress(terminal, "retain", FileBytes());
    OrderedPipeline<memory::RetainResponse> pipeline([&](const memory::RetainResponse& response) {
      totals.Add(response);
      return absl::OkStatus();
    });
    const auto submit = [&](std::vector<memory::RetainRequest> requests) {
      for (memory::RetainRequest& request : requests) {
        totals.customers.insert(request.customer_id());
        RETURN_IF_ERROR(pipeline.Submit(
            [&client, request = std::move(request)] { return Send(client, request); }));
      }
      return absl::OkStatus();
    };
    RetainBatches batches;
    int64_t bytes_done = 0;
    RETURN_IF_ERROR(ForEachRow(standard_input, [&](RetainRow row, int64_t bytes_read) {
      progress.Advance(bytes_read - bytes_done);
      bytes_done = bytes_read;
      return submit(batches.Add(std::move(row)));
    }));
    RETURN_IF_ERROR(submit(batches.TakeAll()));
    return pipeline.Finish();
  }

  std::vector<std::string> texts_;
  std::string customer_;
  std::string speaker_;
  std::string time_;
  std::vector<std::string> tags_;
  std::string jsonl_;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeRetainCommand() { return std::make_unique<RetainCommand>(); }

}  // namespace throughline::cli
