#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/cli/client/client.h"
#include "services/cli/client/json_lines.h"
#include "services/cli/client/ordered_pipeline.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/routing_text.h"
#include "services/cli/output/text.h"

namespace throughline::cli {
namespace {

namespace router = throughline::router::v1;
using nlohmann::ordered_json;

struct BatchDecision {
  std::string id;
  router::DecideResponse response;
};

std::string BatchLine(const BatchDecision& decision) {
  const ordered_json line = {{"id", decision.id},
                             {"difficulty", decision.response.difficulty()},
                             {"draftScore", decision.response.draft_score()},
                             {"decision", Label(decision.response.decision())},
                             {"reason", Label(decision.response.reason())}};
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

class DecideCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(
        "decide", "Ask what the router would do with a prompt; calls no model, bills nothing");
    auto* prompt = command->add_option("--prompt", prompt_, "The prompt");
    auto* draft = command->add_option("--draft", draft_, "A cheap model's answer to judge");
    command
        ->add_option("--jsonl", jsonl_,
                     "Ask each line {id, prompt, draft?} of this file; - is stdin")
        ->excludes(prompt)
        ->excludes(draft);
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline decide --prompt 'What is 17 * 24?' --draft '408'\n"
        "  throughline decide --jsonl prompts.jsonl > decisions.jsonl\n"
        "A batch prints {id, difficulty, draftScore, decision, reason} for each line, in the "
        "order\n"
        "of the file.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    return jsonl_.empty() ? AskOnce(*client, terminal) : AskEach(*client, terminal);
  }

 private:
  static absl::StatusOr<router::DecideResponse> Ask(const Client& client, const std::string& prompt,
                                                    const std::optional<std::string>& draft) {
    router::DecideRequest request;
    request.set_task(router::TASK_KIND_GENERAL);
    router::Message& message = *request.add_messages();
    message.set_role(router::ROLE_USER);
    message.set_content(prompt);
    if (draft.has_value()) request.set_draft(*draft);
    return client.Call(client.router(), &Client::Router::StubInterface::Decide, request);
  }

  absl::Status AskOnce(const Client& client, Terminal& terminal) const {
    if (prompt_.empty()) {
      return InvalidField("--prompt", "the prompt", "add it, or ask a file with --jsonl");
    }
    ASSIGN_OR_RETURN(const router::DecideResponse response, Ask(client, prompt_, draft_));
    if (flags_.json) return WriteJsonLine(response, terminal.out);
    terminal.out << RenderDecide(response, terminal.out_layout);
    return absl::OkStatus();
  }

  absl::Status AskEach(const Client& client, Terminal& terminal) const {
    ASSIGN_OR_RETURN(const std::unique_ptr<JsonLines> lines, JsonLines::Open(jsonl_, terminal.in));
    OrderedPipeline<BatchDecision> pipeline([&](const BatchDecision& decision) {
      terminal.out << BatchLine(decision) << '\n';
      return absl::OkStatus();
    });
    while (true) {
      ASSIGN_OR_RETURN(const std::optional<JsonRow> row, lines->Next());
      if (!row.has_value()) break;
      ASSIGN_OR_RETURN(const std::string id, row->Required("id"));
      ASSIGN_OR_RETURN(const std::string prompt, row->Required("prompt"));
      ASSIGN_OR_RETURN(const std::optional<std::string> draft, row->Optional("draft"));
      RETURN_IF_ERROR(pipeline.Submit(
          [&client, id, prompt, draft, place = row->place()]() -> absl::StatusOr<BatchDecision> {
            absl::StatusOr<router::DecideResponse> response = Ask(client, prompt, draft);
            if (response.ok()) return BatchDecision{id, *std::move(response)};
            return absl::Status(response.status().code(),
                                absl::StrCat(place, ": ", response.status().message()));
          }));
    }
    return pipeline.Finish();
  }

  std::string prompt_;
  std::optional<std::string> draft_;
  std::string jsonl_;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeDecideCommand() { return std::make_unique<DecideCommand>(); }

}  // namespace throughline::cli
