#include "services/cli/bench/bench_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "common/transcript/parse.h"
#include "services/cli/bench/audit.h"
#include "services/cli/bench/early_end.h"
#include "services/cli/bench/load_run.h"
#include "services/cli/bench/operations.h"
#include "services/cli/bench/plan.h"
#include "services/cli/bench/report.h"
#include "services/cli/client/client.h"
#include "services/cli/client/read_input.h"
#include "services/cli/output/progress.h"

namespace throughline::cli {
namespace {

constexpr int kDefaultConcurrency = 8;
constexpr int kDefaultConcurrencyAtRate = 64;
constexpr int kMaxCustomers = 100'000;
constexpr double kMaxRatePerSecond = 100'000;
constexpr size_t kMaxTranscripts = 1000;
constexpr int kRunIdBytes = 4;
constexpr int kMaxSeed = 2'000'000'000;

// The files of a folder, in the order of their names; none for no folder.
absl::StatusOr<std::vector<std::string>> ReadTranscripts(const std::string& folder,
                                                         std::istream& input) {
  std::vector<std::string> texts;
  if (folder.empty()) return texts;
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && entry.path().extension() == ".txt") {
      paths.push_back(entry.path().string());
    }
    if (paths.size() > kMaxTranscripts) break;
  }
  if (paths.empty() || paths.size() > kMaxTranscripts) {
    return InvalidField("--calls",
                        absl::StrCat("a folder with 1 to ", kMaxTranscripts,
                                     " transcripts named *.txt, got \"", folder, "\""),
                        "name another folder, or leave the flag out for made calls");
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string text,
                     ReadInput(path, input, transcript::kMaxTranscriptBytes, "--calls"));
    texts.push_back(std::move(text));
  }
  return texts;
}

// One question to every service that the run will ask, so that a server that is away is one error.
absl::Status CheckServers(const Client& client) {
  throughline::orchestrator::v1::ListJobsRequest jobs;
  jobs.set_page_size(1);
  RETURN_IF_ERROR(
      client.Call(client.orchestrator(), &Client::Orchestrator::StubInterface::ListJobs, jobs)
          .status());
  throughline::memory::v1::ListCustomersRequest customers;
  customers.set_page_size(1);
  RETURN_IF_ERROR(
      client.Call(client.memory(), &Client::Memory::StubInterface::ListCustomers, customers)
          .status());
  return client
      .Call(client.router(), &Client::Router::StubInterface::ListModels,
            throughline::router::v1::ListModelsRequest())
      .status();
}

class BenchCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("bench", "Load a server, then audit it against what it acknowledged");
    command
        ->add_option("--rate", rate_, "Operations that begin each second, whatever the server does")
        ->check(CLI::Range(0.001, kMaxRatePerSecond));
    command
        ->add_option(
            "--concurrency", concurrency_,
            absl::StrCat("Operations under way at once; with --rate the most [",
                         kDefaultConcurrency, ", with --rate ", kDefaultConcurrencyAtRate, "]"))
        ->check(CLI::Range(1, Plan::kMaxWorkers));
    command->add_option("--duration", duration_, "How long: 10s, 5m")->capture_default_str();
    command->add_option("--mix", mix_, "Shares of process, ingest, recall and complete")
        ->capture_default_str();
    command->add_option("--customers", customers_, "Customers among whom the calls are spread")
        ->check(CLI::Range(1, kMaxCustomers))
        ->capture_default_str();
    command->add_option("--calls", calls_,
                        "Folder of *.txt transcripts to send; made ones otherwise");
    command->add_option("--seed", seed_, "Decides which operation comes when")
        ->check(CLI::Range(0, kMaxSeed))
        ->capture_default_str();
    command
        ->add_option("--patience", patience_,
                     "How long the audit waits for calls taken in the background")
        ->capture_default_str();
    command
        ->add_option("--retries", retries_,
                     "Times an operation that hears UNAVAILABLE is sent again, after the delay "
                     "that it is told")
        ->check(CLI::Range(0, Operations::kMaxRetries))
        ->capture_default_str();
    AddClientFlags(*command, flags_);
    command->footer(
        "Examples:\n"
        "  throughline bench --rate 200 --duration 30s\n"
        "  throughline bench --concurrency 16 --mix process=1,recall=4 --json\n"
        "With --rate a latency counts from the moment the operation was due, so that a stall is "
        "charged\n"
        "for all who would have come meanwhile; without, from the moment it was sent. The run's "
        "customers\n"
        "are new and stay. Ctrl-C ends the load early and goes on to the audit. Fails when the "
        "audit "
        "finds\n"
        "something amiss.");
    return command;
  }

  absl::Status Run(Terminal& terminal) override {
    // Before any connection: their threads must not take the signals.
    std::optional<EarlyEnd> early_end(std::in_place);
    ASSIGN_OR_RETURN(const Plan plan, MakePlan());
    ASSIGN_OR_RETURN(const absl::Duration patience, ParseDurationFlag("--patience", patience_));
    ASSIGN_OR_RETURN(std::vector<std::string> texts, ReadTranscripts(calls_, terminal.in));
    ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, Client::Make(flags_));
    RETURN_IF_ERROR(CheckServers(*client));

    const std::string run_id = RandomHex(kRunIdBytes);
    CustomerPool customers(absl::StrCat("bench-", run_id), plan.customers);
    const Operations operations(*client, std::move(texts), retries_);
    const LoadResult load = Load(plan, operations, customers, *early_end, terminal);
    early_end.reset();
    ASSIGN_OR_RETURN(const AuditResult audit, AuditAll(*client, customers, patience, terminal));
    if (flags_.json) {
      terminal.out << JsonReport(plan, run_id, load, audit) << '\n';
    } else {
      terminal.out << RenderReport(load, audit, terminal.out_layout);
    }
    return Verdict(load, audit);
  }

 private:
  absl::StatusOr<Plan> MakePlan() const {
    Plan plan;
    plan.rate_per_second = rate_;
    ASSIGN_OR_RETURN(plan.duration, ParseDurationFlag("--duration", duration_));
    ASSIGN_OR_RETURN(plan.mix, Mix::Parse(mix_));
    plan.workers = concurrency_ > 0 ? concurrency_
                   : rate_ > 0      ? kDefaultConcurrencyAtRate
                                    : kDefaultConcurrency;
    // Each operation has its customer to itself.
    plan.customers = std::max(customers_, plan.workers);
    plan.seed = static_cast<uint64_t>(seed_);
    if (rate_ > 0 && rate_ * absl::ToDoubleSeconds(plan.duration) > Plan::kMaxOperations) {
      return InvalidField("--duration",
                          absl::StrCat("at most ", Plan::kMaxOperations, " operations in one run"),
                          "lower --rate or --duration");
    }
    return plan;
  }

  static LoadResult Load(const Plan& plan, const Operations& operations, CustomerPool& customers,
                         EarlyEnd& early_end, Terminal& terminal) {
    BatchProgress progress(terminal, "load", absl::ToInt64Milliseconds(plan.duration));
    absl::Duration shown;
    return RunLoad(plan, operations, customers, [&](absl::Duration now) {
      progress.Advance(absl::ToInt64Milliseconds(now) - absl::ToInt64Milliseconds(shown));
      shown = now;
      return !early_end.Asked();
    });
  }

  static absl::StatusOr<AuditResult> AuditAll(const Client& client, const CustomerPool& customers,
                                              absl::Duration patience, Terminal& terminal) {
    BatchProgress progress(terminal, "audit", static_cast<int64_t>(customers.all().size()));
    return Audit(client, customers, patience, [&](int64_t done) { progress.Advance(done); });
  }

  static absl::Status Verdict(const LoadResult& load, const AuditResult& audit) {
    const int64_t violations = load.violations.count + audit.violations.count;
    if (violations > 0) {
      return absl::DataLossError(
          absl::StrCat("audit: expected the server to hold exactly what it acknowledged, found ",
                       violations, " violations; keep its data folder and its log"));
    }
    if (load.acknowledged() == 0) {
      return absl::UnavailableError(
          absl::StrCat("--server: expected answers, got none: ", load.first_error));
    }
    return absl::OkStatus();
  }

  double rate_ = 0;
  int concurrency_ = 0;  // 0: by default
  std::string duration_ = "10s";
  std::string mix_ = "process=4,ingest=1,recall=4,complete=1";
  int customers_ = 200;
  std::string calls_;
  int seed_ = 1;
  std::string patience_ = "60s";
  int retries_ = 0;
  ClientFlags flags_;
};

}  // namespace

std::unique_ptr<Command> MakeBenchCommand() { return std::make_unique<BenchCommand>(); }

}  // namespace throughline::cli
