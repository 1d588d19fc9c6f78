#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/transcript/parse.h"
#include "common/wire/time.h"
#include "services/cli/client/client.h"
#include "services/cli/client/read_input.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/call_text.h"
#include "services/cli/output/json.h"
#include "services/cli/output/progress.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace orchestrator = throughline::orchestrator::v1;
namespace deal = throughline::deal::v1;

absl::StatusOr<deal::TranscriptFormat> ParseFormat(const std::string& name) {
  if (name.empty()) return deal::TRANSCRIPT_FORMAT_UNSPECIFIED;
  deal::TranscriptFormat format;
  if (deal::TranscriptFormat_Parse(absl::StrCat("TRANSCRIPT_FORMAT_", absl::AsciiStrToUpper(name)),
                                   &format)) {
    return format;
  }
  std::vector<std::string> names;
  for (int value = 1; deal::TranscriptFormat_IsValid(value); ++value) {
    names.push_back(Label(static_cast<deal::TranscriptFormat>(value)));
  }
  return InvalidField("--format",
                      absl::StrCat("one of ", absl::StrJoin(names, ", "), ", got \"", name, "\""),
                      "leave it out to have the format detected");
}

// `values` are given once for each file or not at all.
absl::Status CheckOnePerFile(absl::string_view flag, const std::vector<std::string>& values,
                             size_t files) {
  if (values.empty() || values.size() == files) return absl::OkStatus();
  return InvalidField(
      flag,
      absl::StrCat("one for each of the ", files, " files, in their order, got ", values.size()),
      absl::StrCat("repeat ", flag, " or send the files one by one"));
}

class ProcessCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "process", "Process calls: what blocks the deal, who decides, what to write");
    command->add_option("FILE", files_, "Transcripts in the order of the calls; - is stdin")
        ->required();
    command->add_option("--customer", customer_, "The customer's id")->required();
    command->add_option("--date", dates_, "Day of the call, YYYY-MM-DD; once for each file")
        ->allow_extra_args(false);
    command
        ->add_option("--call-id", call_ids_,
                     "The call's id, once for each file; derived from the content otherwise")
        ->allow_extra_args(false);
    command->add_option("--customer-name", customer_name_, "The customer's organisation");
    command->add_option("--seller-name", seller_name_, "Your organisation");
    command->add_option("--format", format_name_,
                        "Format of the transcripts, e.g. plain, webvtt; detected otherwise");
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline process --customer acme call-1.txt call-2.txt\n"
        "  throughline process --customer acme --date 2026-01-14 --call-id intro call.vtt\n"
        "  cat call.txt | throughline process --customer acme --json - | jq .email.body");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    RETURN_IF_ERROR(CheckOnePerFile("--date", dates_, files_.size()));
    RETURN_IF_ERROR(CheckOnePerFile("--call-id", call_ids_, files_.size()));
    for (const std::string& date : dates_) {
      if (wire::ParseDay(date).ok()) continue;
      return InvalidField("--date", absl::StrCat("a day as YYYY-MM-DD, got \"", date, "\""),
                          "correct the flag");
    }
    ASSIGN_OR_RETURN(format_, ParseFormat(format_name_));
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    for (size_t i = 0; i < files_.size(); ++i) {
      RETURN_IF_ERROR(ProcessFile(*client, i, terminal));
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<orchestrator::StreamProcessCallRequest> MakeRequest(size_t index,
                                                                     std::istream& input) const {
    orchestrator::StreamProcessCallRequest request;
    orchestrator::CallSource& call = *request.mutable_call();
    ASSIGN_OR_RETURN(
        *call.mutable_transcript(),
        ReadInput(files_[index], input, transcript::kMaxTranscriptBytes, "transcript"));
    call.set_customer_id(customer_);
    if (!call_ids_.empty()) call.set_call_id(call_ids_[index]);
    if (!dates_.empty()) call.set_call_date(dates_[index]);
    call.set_format(format_);
    call.set_customer_name(customer_name_);
    call.set_seller_name(seller_name_);
    return request;
  }

  absl::Status ProcessFile(const Client& client, size_t index, Terminal& terminal) const {
    ASSIGN_OR_RETURN(const orchestrator::StreamProcessCallRequest request,
                     MakeRequest(index, terminal.in));
    ASSIGN_OR_RETURN(const orchestrator::CallResult result,
                     Watch(client, request, files_[index], terminal));
    if (flags_.json) return WriteJsonLine(result, terminal.out);
    if (index > 0) terminal.out << '\n';
    terminal.out << RenderCall(result, terminal.out_layout) << std::flush;
    return absl::OkStatus();
  }

  static absl::StatusOr<orchestrator::CallResult> Watch(
      const Client& client, const orchestrator::StreamProcessCallRequest& request,
      const std::string& file, Terminal& terminal) {
    StepProgress progress(terminal);
    std::optional<orchestrator::CallResult> result;
    const std::string name = std::filesystem::path(file).filename().string();
    const auto label = [&](orchestrator::PipelineStep step) {
      return absl::StrCat(name == "-" ? "stdin" : name, " ", Words(step));
    };
    RETURN_IF_ERROR(client.Stream(
        client.orchestrator(), &Client::Orchestrator::StubInterface::StreamProcessCall, request,
        [&](const orchestrator::StreamProcessCallResponse& event) {
          if (event.has_step_started()) progress.Begin(label(event.step_started().step()));
          if (event.has_step_finished()) {
            const orchestrator::StepFinished& step = event.step_finished();
            progress.End(label(step.step()),
                         absl::StrCat(step.summary(), " (", Short(step.duration()), ")"));
          }
          if (event.has_result()) result = event.result();
          return absl::OkStatus();
        }));
    if (result.has_value()) return *std::move(result);
    return absl::DataLossError(absl::StrCat(
        file,
        ": expected a result from the server, the stream ended without one; send the file "
        "again"));
  }

  std::vector<std::string> files_;
  std::string customer_;
  std::vector<std::string> dates_;
  std::vector<std::string> call_ids_;
  std::string customer_name_;
  std::string seller_name_;
  std::string format_name_;
  deal::TranscriptFormat format_ = deal::TRANSCRIPT_FORMAT_UNSPECIFIED;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeProcessCommand() { return std::make_unique<ProcessCommand>(); }

}  // namespace throughline::cli
