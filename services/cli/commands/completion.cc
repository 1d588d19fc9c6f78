#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/cli/commands/command.h"

namespace throughline::cli {
namespace {

// "--json" and the like of one command.
std::vector<std::string> FlagsOf(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back(absl::StrCat("--", name));
  }
  return flags;
}

constexpr char kBash[] = R"(_throughline() {
  local word=${COMP_WORDS[COMP_CWORD]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="@COMMANDS@"
  else
    case ${COMP_WORDS[1]} in
@CASES@    esac
    case $word in -*) ;; *) return ;; esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _throughline throughline
)";

class CompletionCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    app_ = &app;
    CLI::App* command =
        app.add_subcommand("completion", "Print the completions of a shell: bash, zsh or fish");
    command->add_option("SHELL", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer(
        "Examples:\n"
        "  source <(throughline completion bash)\n"
        "  throughline completion fish > ~/.config/fish/completions/throughline.fish");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    terminal.out << (shell_ == "fish" ? Fish() : Script());
    return absl::OkStatus();
  }

 private:
  // zsh reads bash's script through its own bashcompinit.
  std::string Script() const {
    std::vector<std::string> names;
    std::string cases;
    for (const CLI::App* command : app_->get_subcommands(/*filter=*/nullptr)) {
      names.push_back(command->get_name());
      absl::StrAppend(&cases, "      ", command->get_name(), ") words=\"",
                      absl::StrJoin(FlagsOf(*command), " "), "\" ;;\n");
    }
    const std::string start = shell_ == "zsh" ? "autoload -U +X compinit && compinit\n"
                                                "autoload -U +X bashcompinit && bashcompinit\n"
                                              : "";
    return absl::StrCat(
        start, absl::StrReplaceAll(
                   kBash, {{"@COMMANDS@", absl::StrJoin(names, " ")}, {"@CASES@", cases}}));
  }

  std::string Fish() const {
    std::string script;
    for (const CLI::App* command : app_->get_subcommands(/*filter=*/nullptr)) {
      absl::StrAppend(&script, "complete -c throughline -n __fish_use_subcommand -a ",
                      command->get_name(), " -d '",
                      absl::StrReplaceAll(command->get_description(), {{"'", "\\'"}}), "'\n");
      for (const std::string& flag : FlagsOf(*command)) {
        absl::StrAppend(&script, "complete -c throughline -n '__fish_seen_subcommand_from ",
                        command->get_name(), "' -l ", flag.substr(2), "\n");
      }
    }
    return script;
  }

  const CLI::App* app_ = nullptr;
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletionCommand() { return std::make_unique<CompletionCommand>(); }

}  // namespace throughline::cli
