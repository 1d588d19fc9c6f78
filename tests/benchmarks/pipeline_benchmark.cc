// The whole pipeline, one call in flight: the five calls of a deal for fresh customers, beside the
// same number of empty requests over the same connection in the same run; and what a call takes
// beyond the time of its models, as the router's decisions give that.
//
//   pipeline_benchmark [--customers N] [--server HOST:PORT] [--calls DIR]
//   pipeline_benchmark --customer NAME [--first-round N] [--rounds N] ...
//                                the same five calls over and over, all of one customer

#include <grpcpp/grpcpp.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/client_call.h"
#include "common/rpc/service_runner.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "services/cli/serve/stack.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"

namespace throughline {
namespace {

using throughline::orchestrator::v1::CallResult;
using throughline::orchestrator::v1::OrchestratorService;
using throughline::orchestrator::v1::ProcessCallRequest;
using throughline::orchestrator::v1::ProcessCallResponse;

constexpr int kMaxCustomers = 10'000;
constexpr int kCalls = 5;
// Calls processed before the clock counts: connections, caches, first pages of the stores.
constexpr int kWarmUpCustomers = 3;
constexpr absl::Duration kCallBudget = absl::Seconds(30);

struct Flags {
  int customers = 100;
  std::string server;  // empty: a server of its own in this process
  std::string calls = "tests/data/deals/01-meridian-logistics";
  std::string customer;  // empty: fresh ones
  int rounds = 1;
  int first_round = 1;  // tells calls of this run from those of an earlier one
};

struct Latencies {
  std::vector<double> milliseconds;

  void Add(absl::Duration latency) { milliseconds.push_back(absl::ToDoubleMilliseconds(latency)); }
  // The value that `share` of all do not exceed. After at least one Add.
  double Percentile(double share) {
    std::sort(milliseconds.begin(), milliseconds.end());
    return milliseconds[static_cast<size_t>(share * static_cast<double>(milliseconds.size() - 1))];
  }
  void Print(const char* name) {
    std::printf("%-22s %7zu  p50 %7.3f ms  p95 %7.3f ms  p99 %7.3f ms\n", name, milliseconds.size(),
                Percentile(0.50), Percentile(0.95), Percentile(0.99));
  }
};

absl::StatusOr<std::vector<std::string>> ReadCalls(const std::string& directory) {
  std::vector<std::string> calls;
  for (int number = 1; number <= kCalls; ++number) {
    const std::string path = absl::StrCat(directory, "/call-", number, ".txt");
    std::ifstream file(path, std::ios::binary);
    if (!file.is_open()) {
      return absl::NotFoundError(absl::StrCat("--calls: expected ", path,
                                              " to be there; run from the source folder or name "
                                              "the series"));
    }
    std::ostringstream content;
    content << file.rdbuf();
    calls.push_back(content.str());
  }
  return calls;
}

struct PipelineLatencies {
  Latencies all;
  Latencies beyond_models;
};

absl::Duration ToDuration(const google::protobuf::Duration& proto) {
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

// Of all models that were asked, also where two worked at the same time.
absl::Duration ModelTime(const CallResult& result) {
  absl::Duration total;
  for (const router::v1::Decision& decision : result.decisions()) {
    total += ToDuration(decision.latency()) - ToDuration(decision.overhead());
  }
  return total;
}

// Days apart, in the order in which they are sent: what arrives late costs more.
std::string DateOf(int round, size_t call) {
  const int days = (round - 1) * kCalls + static_cast<int>(call);
  return absl::FormatCivilTime(absl::CivilDay(2020, 1, 1) + days);
}

// The five calls of one customer.
absl::Status ProcessDeal(OrchestratorService::Stub& stub, const std::vector<std::string>& calls,
                         const std::string& customer, int round, PipelineLatencies* latencies) {
  for (size_t i = 0; i < calls.size(); ++i) {
    ProcessCallRequest request;
    request.mutable_call()->set_customer_id(customer);
    request.mutable_call()->set_call_id(absl::StrCat("round-", round, "-call-", i + 1));
    request.mutable_call()->set_transcript(calls[i]);
    request.mutable_call()->set_call_date(DateOf(round, i));
    const absl::Time started = absl::Now();
    ASSIGN_OR_RETURN(
        const ProcessCallResponse response,
        rpc::Invoke(Context::Background(), stub, &OrchestratorService::Stub::ProcessCall, request,
                    {.callee = "orchestrator", .budget = kCallBudget}));
    if (latencies == nullptr) continue;
    const absl::Duration taken = absl::Now() - started;
    latencies->all.Add(taken);
    latencies->beyond_models.Add(taken - ModelTime(response.result()));
  }
  return absl::OkStatus();
}

absl::Status SendEmpty(grpc::health::v1::Health::Stub& stub, int count, Latencies& latencies) {
  for (int i = 0; i < count; ++i) {
    const absl::Time started = absl::Now();
    RETURN_IF_ERROR(rpc::Invoke(Context::Background(), stub, &grpc::health::v1::Health::Stub::Check,
                                grpc::health::v1::HealthCheckRequest(),
                                {.callee = "server", .budget = kCallBudget})
                        .status());
    latencies.Add(absl::Now() - started);
  }
  return absl::OkStatus();
}

absl::Status Measure(const Flags& flags, const std::string& address) {
  ASSIGN_OR_RETURN(const std::vector<std::string> calls, ReadCalls(flags.calls));
  const std::shared_ptr<grpc::Channel> channel = rpc::MakeChannel(address);
  OrchestratorService::Stub orchestrator(channel);
  grpc::health::v1::Health::Stub health(channel);
  const std::string run = RandomHex(4);
  const int warm_up = flags.customer.empty() ? kWarmUpCustomers : 0;
  for (int i = 0; i < warm_up; ++i) {
    RETURN_IF_ERROR(
        ProcessDeal(orchestrator, calls, absl::StrCat("warm-", run, "-", i), 1, nullptr));
  }
  const bool is_one_customer = !flags.customer.empty();
  PipelineLatencies pipeline;
  Latencies empty;
  // In turns, so that both meet the same state of the machine.
  for (int i = 0; i < (is_one_customer ? flags.rounds : flags.customers); ++i) {
    const std::string customer =
        is_one_customer ? flags.customer : absl::StrCat("bench-", run, "-", i);
    const int round = is_one_customer ? flags.first_round + i : 1;
    RETURN_IF_ERROR(ProcessDeal(orchestrator, calls, customer, round, &pipeline));
    RETURN_IF_ERROR(SendEmpty(health, kCalls, empty));
  }
  pipeline.all.Print("pipeline, one call");
  pipeline.beyond_models.Print("beyond its models");
  empty.Print("empty request");
  std::printf("ratio of the medians    %.1f\n",
              pipeline.all.Percentile(0.5) / empty.Percentile(0.5));
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags) {
  if (!flags.server.empty()) return Measure(flags, flags.server);
  RETURN_IF_ERROR(rpc::PrepareProcess("pipeline_benchmark", "warning"));
  std::string directory =
      (std::filesystem::temp_directory_path() / "throughline-pipeline-benchmark-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) {
    return absl::InternalError("TMPDIR: expected a directory that can be written; choose another");
  }
  absl::Status status;
  {
    const absl::Time started = absl::Now();
    ASSIGN_OR_RETURN(const auto stack, cli::Stack::Start({.port = 0, .data_dir = directory}));
    std::printf("start to healthy        %.0f ms\n",
                absl::ToDoubleMilliseconds(absl::Now() - started));
    status = Measure(flags, stack->addresses().orchestrator);
  }
  std::filesystem::remove_all(directory);
  return status;
}

}  // namespace
}  // namespace throughline

int main(int argc, char** argv) {
  throughline::Flags flags;
  CLI::App app{"Times the whole pipeline with one call in flight."};
  app.add_option("--customers", flags.customers, "Fresh customers, five calls each")
      ->check(CLI::Range(1, throughline::kMaxCustomers))
      ->capture_default_str();
  app.add_option("--server", flags.server, "A running server; one of its own otherwise");
  app.add_option("--calls", flags.calls, "Folder with call-1.txt to call-5.txt")
      ->capture_default_str();
  app.add_option("--customer", flags.customer, "Calls of this one customer, not of fresh ones");
  app.add_option("--rounds", flags.rounds, "How often its five calls are processed")
      ->check(CLI::Range(1, throughline::kMaxCustomers))
      ->capture_default_str();
  app.add_option("--first-round", flags.first_round, "Which of its rounds is the first of this run")
      ->check(CLI::Range(1, throughline::kMaxCustomers))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = throughline::Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "pipeline_benchmark: %s\n", std::string(status.message()).c_str());
  return 1;
}
