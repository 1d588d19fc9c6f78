#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/cli/client/client.h"
#include "services/cli/client/json_lines.h"
#include "services/cli/client/ordered_pipeline.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/json.h"
#include "services/cli/output/memory_text.h"

namespace throughline::cli {
namespace {

namespace memory = throughline::memory::v1;
using nlohmann::ordered_json;

constexpr int kMaxResults = 1000;
constexpr int kMaxRecallTokens = 100'000;

absl::StatusOr<memory::RecallBudget> ParseBudget(const std::string& name) {
  memory::RecallBudget budget = memory::RECALL_BUDGET_UNSPECIFIED;
  if (name.empty() || memory::RecallBudget_Parse(
                          absl::StrCat("RECALL_BUDGET_", absl::AsciiStrToUpper(name)), &budget)) {
    return budget;
  }
  return InvalidField("--budget", absl::StrCat("low, mid or high, got \"", name, "\""),
                      "correct the flag");
}

absl::StatusOr<memory::TagsMatch> ParseTagsMatch(const std::string& name) {
  memory::TagsMatch match = memory::TAGS_MATCH_UNSPECIFIED;
  if (name.empty() ||
      memory::TagsMatch_Parse(absl::StrCat("TAGS_MATCH_", absl::AsciiStrToUpper(name)), &match)) {
    return match;
  }
  return InvalidField("--tags-match",
                      absl::StrCat("any, all, any_strict, all_strict or exact, got \"", name, "\""),
                      "correct the flag");
}

struct BatchAnswer {
  std::string customer;
  std::string id;
  memory::RecallResponse response;
  absl::Duration latency;
};

std::string BatchLine(const BatchAnswer& answer) {
  ordered_json results = ordered_json::array();
  for (const memory::ScoredFact& scored : answer.response.results()) {
    results.push_back(
        {{"id", scored.fact().id()}, {"text", scored.fact().text()}, {"score", scored.score()}});
  }
  const ordered_json line = {{"customer", answer.customer},
                             {"id", answer.id},
                             {"results", std::move(results)},
                             {"latencyMs", absl::ToDoubleMilliseconds(answer.latency)}};
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

class RecallCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("recall", "Ask what is known of a customer");
    auto* customer = command->add_option("--customer", customer_, "The customer's id");
    auto* query = command->add_option("--query,-q", query_, "What is wanted to know");
    command
        ->add_option("--jsonl", jsonl_,
                     "Ask each line {customer, id, query} of this file; - is stdin")
        ->excludes(customer)
        ->excludes(query);
    command->add_option("--budget", budget_, "How much work it may do: low, mid, high");
    command->add_option("--limit", limit_, "Most results; 50 otherwise")
        ->check(CLI::Range(1, kMaxResults));
    command->add_option("--max-tokens", max_tokens_, "Most tokens in all results; 4096 otherwise")
        ->check(CLI::Range(1, kMaxRecallTokens));
    command->add_option("--tags", tags_, "Only rows with these labels: a,b")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--tags-match", tags_match_,
                        "How labels select: any, all, any_strict, all_strict, exact");
    command->add_flag("--explain", explain_, "Say how each score came about");
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline recall --customer acme --query 'what did finance say about price?'\n"
        "  throughline recall --jsonl questions.jsonl --limit 10 > answers.jsonl\n"
        "A batch prints {customer, id, results: [{id, text, score}], latencyMs} for each line, in\n"
        "the order of the file.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    RETURN_IF_ERROR(FillTemplate());
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    return jsonl_.empty() ? AskOnce(*client, terminal) : AskEach(*client, terminal);
  }

 private:
  // What every request of this run has in common.
  absl::Status FillTemplate() {
    ASSIGN_OR_RETURN(const memory::RecallBudget budget, ParseBudget(budget_));
    ASSIGN_OR_RETURN(const memory::TagsMatch match, ParseTagsMatch(tags_match_));
    template_.set_budget(budget);
    template_.set_limit(limit_);
    template_.set_max_tokens(max_tokens_);
    template_.set_explain(explain_);
    for (const std::string& tag : tags_) template_.mutable_filter()->add_tags(tag);
    template_.mutable_filter()->set_tags_match(match);
    return absl::OkStatus();
  }

  absl::Status AskOnce(const Client& client, Terminal& terminal) const {
    if (customer_.empty()) {
      return InvalidField("--customer", "the customer's id", "add it, or ask a file with --jsonl");
    }
    if (query_.empty()) {
      return InvalidField("--query", "what is wanted to know",
                          "add it, or ask a file with --jsonl");
    }
    memory::RecallRequest request = template_;
    request.set_customer_id(customer_);
    request.set_query(query_);
    ASSIGN_OR_RETURN(const memory::RecallResponse response,
                     client.Call(client.memory(), &Client::Memory::StubInterface::Recall, request));
    if (flags_.json) return WriteJsonLine(response, terminal.out);
    terminal.out << RenderRecall(response, terminal.out_layout);
    return absl::OkStatus();
  }

  absl::StatusOr<BatchAnswer> Ask(const Client& client, const std::string& customer,
                                  const std::string& id, const std::string& query) const {
    memory::RecallRequest request = template_;
    request.set_customer_id(customer);
    request.set_query(query);
    const absl::Time started = absl::Now();
    ASSIGN_OR_RETURN(memory::RecallResponse response,
                     client.Call(client.memory(), &Client::Memory::StubInterface::Recall, request));
    return BatchAnswer{customer, id, std::move(response), absl::Now() - started};
  }

  absl::Status AskEach(const Client& client, Terminal& terminal) const {
    ASSIGN_OR_RETURN(const std::unique_ptr<JsonLines> lines, JsonLines::Open(jsonl_, terminal.in));
    OrderedPipeline<BatchAnswer> pipeline([&](const BatchAnswer& answer) {
      terminal.out << BatchLine(answer) << '\n';
      return absl::OkStatus();
    });
    while (true) {
      ASSIGN_OR_RETURN(const std::optional<JsonRow> row, lines->Next());
      if (!row.has_value()) break;
      ASSIGN_OR_RETURN(const std::string customer, row->Required("customer"));
      ASSIGN_OR_RETURN(const std::string id, row->Required("id"));
      ASSIGN_OR_RETURN(const std::string query, row->Required("query"));
      RETURN_IF_ERROR(pipeline.Submit([this, &client, customer, id, query, place = row->place()]() {
        return AtPlace(Ask(client, customer, id, query), place);
      }));
    }
    return pipeline.Finish();
  }

  static absl::StatusOr<BatchAnswer> AtPlace(absl::StatusOr<BatchAnswer> answer,
                                             const std::string& place) {
    if (answer.ok()) return answer;
    return absl::Status(answer.status().code(),
                        absl::StrCat(place, ": ", answer.status().message()));
  }

  std::string customer_;
  std::string query_;
  std::string jsonl_;
  std::string budget_;
  std::string tags_match_;
  std::vector<std::string> tags_;
  int limit_ = 0;
  int max_tokens_ = 0;
  bool explain_ = false;
  ClientFlags flags_;
  memory::RecallRequest template_;
};

}  // namespace

std::unique_ptr<Command> MakeRecallCommand() { return std::make_unique<RecallCommand>(); }

}  // namespace throughline::cli
