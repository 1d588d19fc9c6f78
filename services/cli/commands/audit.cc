#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/audit/audit_file.h"
#include "common/audit/verify.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/cli/commands/command.h"

namespace throughline::cli {
namespace {

constexpr size_t kHashDigits = 64;

class AuditCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("audit", "Verify audit logs: nothing changed, removed or inserted");
    command->add_option("ACTION", action_, "verify")->required()->check(CLI::IsMember({"verify"}));
    command->add_option("FILE", files_, "All files of one log, in any order")->required();
    command->add_option("--head", head_,
                        "Where the log is known to have got to, SEQUENCE:HASH, besides FILE.head");
    command->add_flag("--json", json_, "Print JSON");
    command->footer(
        "Examples:\n"
        "  throughline audit verify /var/lib/throughline/audit.jsonl*\n"
        "  throughline audit verify audit.jsonl --head 1207:9f86d081884c7d65...\n"
        "Names the first line that was changed, removed or inserted, and exits with 1. Keep the\n"
        "head that it prints elsewhere: whoever can rewrite the log can rewrite FILE.head, too.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    std::vector<std::string> logs;
    std::optional<audit::Link> head;
    RETURN_IF_ERROR(Sort(logs, head));
    ASSIGN_OR_RETURN(const audit::Verified verified, audit::Verify(logs, head));
    if (!head_.empty()) {
      ASSIGN_OR_RETURN(const audit::Link kept, ParseHead());
      RETURN_IF_ERROR(audit::Verify(logs, kept).status());
    }
    const bool end_is_known = head.has_value() || !head_.empty();
    Print(terminal, verified, end_is_known);
    return absl::OkStatus();
  }

 private:
  // Globs bring head files along, which are heads and no logs.
  absl::Status Sort(std::vector<std::string>& logs, std::optional<audit::Link>& head) const {
    for (const std::string& file : files_) {
      if (absl::StrContains(file, ".head") && audit::ReadHead(file).ok()) continue;
      logs.push_back(file);
      const absl::StatusOr<audit::Link> known = audit::ReadHead(audit::HeadPath(file));
      if (known.ok()) head = *known;
      if (absl::IsDataLoss(known.status())) return known.status();
    }
    return absl::OkStatus();
  }

  absl::StatusOr<audit::Link> ParseHead() const {
    const std::vector<std::string> parts = absl::StrSplit(head_, ':');
    audit::Link link;
    if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &link.sequence) &&
        parts[1].size() == kHashDigits) {
      link.hash = parts[1];
      return link;
    }
    return InvalidField("--head", "SEQUENCE:HASH as this command prints it", "correct the flag");
  }

  void Print(Terminal& terminal, const audit::Verified& verified, bool end_is_known) const {
    if (json_) {
      terminal.out << nlohmann::ordered_json{{"firstSequence", verified.first_sequence},
                                             {"lastSequence", verified.last.sequence},
                                             {"hash", verified.last.hash},
                                             {"endIsKnown", end_is_known}}
                          .dump()
                   << '\n';
      return;
    }
    terminal.out << "Lines " << verified.first_sequence << " to " << verified.last.sequence
                 << " are as they were written.\nHead " << verified.last.sequence << ":"
                 << verified.last.hash << '\n';
    if (verified.first_sequence > 1) {
      terminal.out << "Earlier files were not given: lines before " << verified.first_sequence
                   << " were not looked at.\n";
    }
    if (!end_is_known) {
      terminal.out << "No head was given or found: lines cut off at the end are not missed.\n";
    }
  }

  std::string action_;
  std::vector<std::string> files_;
  std::string head_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeAuditCommand() { return std::make_unique<AuditCommand>(); }

}  // namespace throughline::cli
