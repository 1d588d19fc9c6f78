#include "services/cli/serve/keys_command.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "services/cli/output/table.h"
#include "services/gateway/register.h"

namespace throughline::cli {
namespace {

constexpr char kList[] = "list";
constexpr char kRevoke[] = "revoke";

std::string ScopesOf(const gateway::ApiKeyEntry& key) {
  return absl::StrJoin(key.principal.scopes, ",", [](std::string* out, gateway::Scope scope) {
    absl::StrAppend(out, gateway::Name(scope));
  });
}

std::string DayOf(absl::Time time) {
  return time == absl::InfiniteFuture() ? ""
                                        : absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

class KeysCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("keys", "Make, list and revoke API keys for the HTTP gateway");
    command->add_option("ACTION", action_, "list or revoke; makes a key when left out")
        ->check(CLI::IsMember({kList, kRevoke}));
    command->add_option("FILE", file_, "The file of keys, to list or revoke");
    command->add_option("ID", revoked_id_, "The key to revoke");
    command->add_option("--id", id_, "Name of the key to make: letters, digits, - and _");
    command->add_option("--tenant", tenant_, "The tenant it speaks for");
    command->add_option("--scopes", scopes_, "What it may do, of read, write and complete")
        ->capture_default_str();
    command->add_flag("--json", json_, "Print JSON");
    command->footer(
        "Examples:\n"
        "  throughline keys --id acme-2026 --tenant acme\n"
        "  throughline keys --id reports --tenant acme --scopes read\n"
        "  throughline keys list keys.yaml\n"
        "  throughline keys revoke keys.yaml acme-2025\n"
        "Append the entry of a new key to the file that `throughline serve --api-keys FILE` reads, "
        "under\n"
        "`keys:`; it is taken up within a second. The key itself is stored nowhere. To replace a "
        "key, add\n"
        "the new one, move its callers, then revoke the old one: its entry is taken out of the "
        "file, all\n"
        "other lines stay, and the gateway refuses it within a second.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    if (action_.empty()) return Make(terminal);
    if (file_.empty()) {
      return InvalidField("FILE", "the file of keys", "name it after the action");
    }
    return action_ == kList ? List(terminal) : Revoke(terminal);
  }

 private:
  absl::Status Make(Terminal& terminal) const {
    if (id_.empty()) return InvalidField("--id", "a name for the key", "set it");
    if (tenant_.empty()) return InvalidField("--tenant", "whom the key speaks for", "set it");
    ASSIGN_OR_RETURN(const gateway::NewApiKey made, gateway::MakeApiKey(id_, tenant_, scopes_));
    if (json_) {
      terminal.out
          << nlohmann::ordered_json{{"key", made.key}, {"fileEntry", made.file_entry}}.dump()
          << '\n';
    } else {
      terminal.out << "The key, shown only now:\n  " << made.key
                   << "\n\nThe entry to append to the file of keys, under `keys:`:\n"
                   << made.file_entry;
    }
    return absl::OkStatus();
  }

  absl::Status List(Terminal& terminal) const {
    ASSIGN_OR_RETURN(const std::vector<gateway::ApiKeyEntry> keys, gateway::ListApiKeys(file_));
    const absl::Time now = Clock::Real().Now();
    Table table({"ID", "TENANT", "SCOPES", "EXPIRES", "A SECOND", "STATE"});
    for (const gateway::ApiKeyEntry& key : keys) {
      const char* state = now < key.expires ? "works" : "expired";
      const double rate = key.principal.requests_per_second;
      if (json_) {
        nlohmann::ordered_json line = {{"id", key.principal.key_id},
                                       {"tenant", key.principal.tenant},
                                       {"scopes", ScopesOf(key)},
                                       {"state", state}};
        if (key.expires != absl::InfiniteFuture()) line["expires"] = DayOf(key.expires);
        if (rate > 0) line["requestsPerSecond"] = rate;
        terminal.out << line.dump() << '\n';
      } else {
        table.AddRow({key.principal.key_id, key.principal.tenant, ScopesOf(key), DayOf(key.expires),
                      rate > 0 ? absl::StrCat(rate) : "", state});
      }
    }
    if (!json_) terminal.out << table.Render(terminal.out_layout);
    return absl::OkStatus();
  }

  absl::Status Revoke(Terminal& terminal) const {
    if (revoked_id_.empty()) {
      return InvalidField("ID", "the key to revoke", "name it after the file");
    }
    RETURN_IF_ERROR(gateway::RevokeApiKey(file_, revoked_id_));
    if (json_) {
      terminal.out << nlohmann::ordered_json{{"revoked", revoked_id_}}.dump() << '\n';
    } else {
      terminal.out << "Revoked " << revoked_id_
                   << ": gateways that read this file refuse it within a second.\n";
    }
    return absl::OkStatus();
  }

  std::string action_;
  std::string file_;
  std::string revoked_id_;
  std::string id_;
  std::string tenant_;
  std::string scopes_ = "read,write,complete";
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeKeysCommand() { return std::make_unique<KeysCommand>(); }

}  // namespace throughline::cli
