#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/transcript/parse.h"
#include "services/cli/client/client.h"
#include "services/cli/client/read_input.h"
#include "services/cli/commands/command.h"
#include "services/cli/output/call_text.h"
#include "services/cli/output/json.h"
#include "services/cli/output/progress.h"

namespace throughline::cli {
namespace {

namespace fs = std::filesystem;
namespace orchestrator = throughline::orchestrator::v1;

constexpr size_t kMaxFiles = 100'000;

// A transcript as it lies there. A file is another one when it has changed.
struct Found {
  std::string customer;
  std::string path;
  uintmax_t bytes = 0;
  fs::file_time_type changed;

  auto Key() const { return std::tie(customer, path, bytes, changed); }
  bool operator<(const Found& other) const { return Key() < other.Key(); }
  bool operator==(const Found& other) const { return Key() == other.Key(); }
};

class WatchCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("watch", "Process transcripts as they appear in a directory");
    command->add_option("DIR", directory_, "Holds a folder for each customer, named by its id")
        ->required();
    command->add_option("--customer", customer_, "Whose all files are; no folders are read then");
    command->add_option("--interval", interval_, "Seconds between two looks")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    command->add_flag("--once", once_, "Process what is there, then end");
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline watch recordings\n"
        "  throughline watch --customer acme --once --json calls | jq .email.body\n"
        "A customer's files are processed in the order of their names, each once it no longer "
        "changes;\n"
        "a file that was processed before gives its stored answer. Ctrl-C ends it.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    std::vector<Found> before;
    while (true) {
      ASSIGN_OR_RETURN(const std::vector<Found> now, Look());
      std::vector<Found> ready;
      for (const Found& file : now) {
        // A file that is still being written has changed since the last look.
        const bool settled = once_ || std::binary_search(before.begin(), before.end(), file);
        const auto done = done_.find(file.path);
        if (settled && (done == done_.end() || !(done->second == file))) ready.push_back(file);
      }
      const absl::Status processed = Process(*client, ready, terminal);
      if (once_) return processed;
      before = now;
      absl::SleepFor(absl::Seconds(interval_));
    }
  }

 private:
  absl::StatusOr<std::vector<Found>> Look() const {
    std::error_code error;
    std::vector<Found> files;
    for (fs::directory_iterator entry(directory_, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (absl::StartsWith(name, ".")) continue;
      std::error_code ignored;
      if (!customer_.empty()) {
        Add(customer_, *entry, files);
      } else if (entry->is_directory(ignored)) {
        for (fs::directory_iterator inner(entry->path(), ignored); !ignored && inner != end;
             inner.increment(ignored)) {
          Add(name, *inner, files);
        }
      }
      if (files.size() > kMaxFiles) {
        return InvalidField("DIR", absl::StrCat("at most ", kMaxFiles, " files"),
                            "move those that are done elsewhere");
      }
    }
    if (error) {
      return InvalidField("DIR",
                          absl::StrCat("a directory that can be read, got \"", directory_, "\" (",
                                       error.message(), ")"),
                          "name another");
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  static void Add(const std::string& customer, const fs::directory_entry& entry,
                  std::vector<Found>& files) {
    std::error_code error;
    if (!entry.is_regular_file(error) || absl::StartsWith(entry.path().filename().string(), ".")) {
      return;
    }
    Found file{.customer = customer, .path = entry.path().string()};
    file.bytes = entry.file_size(error);
    if (!error) file.changed = entry.last_write_time(error);
    if (!error) files.push_back(std::move(file));
  }

  // Each file of `ready`; the first error after trying all of them.
  absl::Status Process(const Client& client, const std::vector<Found>& ready, Terminal& terminal) {
    if (ready.empty()) return absl::OkStatus();
    absl::Status first_error;
    BatchProgress progress(terminal, "calls", static_cast<int64_t>(ready.size()));
    for (const Found& file : ready) {
      const absl::Status status = ProcessFile(client, file, terminal);
      // A server that is away is asked again; a transcript that is refused is not.
      if (!absl::IsUnavailable(status) && !absl::IsResourceExhausted(status)) {
        done_[file.path] = file;
      }
      if (!status.ok()) terminal.err << absl::StrCat(file.path, ": ", status.message(), "\n");
      first_error.Update(status);
      progress.Advance(1);
    }
    return first_error;
  }

  absl::Status ProcessFile(const Client& client, const Found& file, Terminal& terminal) const {
    orchestrator::ProcessCallRequest request;
    request.mutable_call()->set_customer_id(file.customer);
    ASSIGN_OR_RETURN(
        *request.mutable_call()->mutable_transcript(),
        ReadInput(file.path, terminal.in, transcript::kMaxTranscriptBytes, "transcript"));
    ASSIGN_OR_RETURN(const orchestrator::ProcessCallResponse response,
                     client.Call(client.orchestrator(),
                                 &Client::Orchestrator::StubInterface::ProcessCall, request));
    if (flags_.json) return WriteJsonLine(response.result(), terminal.out);
    terminal.out << file.path << "\n"
                 << RenderCall(response.result(), terminal.out_layout) << "\n"
                 << std::flush;
    return absl::OkStatus();
  }

  std::string directory_;
  std::string customer_;
  double interval_ = 1;
  bool once_ = false;
  ClientFlags flags_;
  std::map<std::string, Found> done_;  // by path
};

}  // namespace

std::unique_ptr<Command> MakeWatchCommand() { return std::make_unique<WatchCommand>(); }

}  // namespace throughline::cli
