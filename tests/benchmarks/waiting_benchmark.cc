// Calls that wait for a slow model, over five real processes: what the orchestrator needs for them,
// how fast its health answers meanwhile, and what becomes of them when it is stopped half-way.
//
//   THROUGHLINE_BIN_DIR=build/release/bin waiting_benchmark [--calls 2000] [--model-seconds 5]
//                                                           [--stop-after SECONDS]

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/temp_directory.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/canned_model.h"
#include "tests/e2e/deployment.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"

namespace throughline::e2e {
namespace {

namespace v1 = throughline::orchestrator::v1;
using grpc::health::v1::Health;

constexpr int kMaxCalls = 4000;
constexpr int kChannels = 4;
constexpr absl::Duration kCallBudget = absl::Minutes(2);

struct Flags {
  int calls = 2000;
  double model_seconds = 5;
  double stop_after_seconds = 0;  // 0: the orchestrator runs to the end
};

// A channel with a connection of its own.
std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// A field of /proc/<pid>/status: "VmRSS" in KiB, "Threads"; 0 when the process is gone.
long ProcessStatus(int pid, absl::string_view field) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string line;
  while (std::getline(status, line)) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, field) && absl::ConsumePrefix(&rest, ":")) {
      return std::strtol(std::string(rest).c_str(), nullptr, 10);
    }
  }
  return 0;
}

// Looks at the orchestrator every few milliseconds, and asks for its health, until it goes.
class Watcher {
 public:
  Watcher(const std::string& address, int pid) : health_(Health::NewStub(Connect(address))) {
    thread_ = std::thread([this, pid] {
      while (!ended_) {
        grpc::ClientContext context;
        grpc::health::v1::HealthCheckResponse response;
        const absl::Time asked = absl::Now();
        const bool answered =
            health_->Check(&context, grpc::health::v1::HealthCheckRequest(), &response).ok();
        if (answered) latencies_.push_back(absl::Now() - asked);
        most_kib_ = std::max(most_kib_, ProcessStatus(pid, "VmRSS"));
        most_threads_ = std::max(most_threads_, ProcessStatus(pid, "Threads"));
        absl::SleepFor(absl::Milliseconds(20));
      }
    });
  }
  void StopAndPrint() {
    ended_ = true;
    thread_.join();
    if (latencies_.empty()) return;
    std::sort(latencies_.begin(), latencies_.end());
    std::printf("orchestrator            RSS %ld MiB at most, %ld threads at most\n",
                most_kib_ / 1024, most_threads_);
    std::printf("health                  p50 %.1f ms  p99 %.1f ms  max %.1f ms (%zu times asked)\n",
                At(0.5), At(0.99), At(1), latencies_.size());
  }

 private:
  double At(double share) const {
    return absl::ToDoubleMilliseconds(
        latencies_[static_cast<size_t>(share * static_cast<double>(latencies_.size() - 1))]);
  }

  const std::unique_ptr<Health::Stub> health_;
  std::atomic<bool> ended_{false};
  std::vector<absl::Duration> latencies_;
  long most_kib_ = 0;
  long most_threads_ = 0;
  std::thread thread_;
};

// All calls at once, each of a customer of its own.
class Load {
 public:
  Load(const std::string& address, int calls) : calls_(calls) {
    for (int i = 0; i < kChannels; ++i) {
      stubs_.push_back(v1::OrchestratorService::NewStub(Connect(address)));
    }
  }

  // How the calls ended, by code and reason.
  std::map<std::string, int> Run(const std::string& transcript) {
    std::vector<Call> calls(calls_);
    absl::BlockingCounter left(calls_);
    for (int i = 0; i < calls_; ++i) {
      Call& call = calls[i];
      call.context.set_deadline(absl::ToChronoTime(absl::Now() + kCallBudget));
      v1::CallSource& source = *call.request.mutable_call();
      source.set_customer_id(absl::StrCat("customer-", i));
      source.set_call_id("call-1");
      source.set_transcript(transcript);
      stubs_[i % kChannels]->async()->ProcessCall(&call.context, &call.request, &call.response,
                                                  [&call, &left](const grpc::Status& status) {
                                                    call.status = rpc::FromGrpc(status);
                                                    left.DecrementCount();
                                                  });
    }
    left.Wait();
    std::map<std::string, int> outcomes;
    for (const Call& call : calls) {
      std::string outcome = absl::StatusCodeToString(call.status.code());
      if (!call.status.ok()) absl::StrAppend(&outcome, " (", call.status.message(), ")");
      ++outcomes[outcome.substr(0, outcome.find("call \""))];
    }
    return outcomes;
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::ProcessCallRequest request;
    v1::ProcessCallResponse response;
    absl::Status status;
  };

  const int calls_;
  std::vector<std::unique_ptr<v1::OrchestratorService::Stub>> stubs_;
};

void Print(const std::map<std::string, int>& outcomes, absl::Duration took) {
  for (const auto& [outcome, count] : outcomes) {
    std::printf("%-23d %s\n", count, outcome.c_str());
  }
  std::printf("took                    %.1f s\n", absl::ToDoubleSeconds(took));
}

void PrintAsked(const CannedModel& model) {
  std::printf("models were asked       %d analyses, %d facts, %d e-mails; %zu at once at most\n",
              model.asked(CannedModel::kAnalysis), model.asked(CannedModel::kFacts),
              model.asked(CannedModel::kEmail), model.most_waiting());
}

// Stops the orchestrator under load and prints what a new one makes of the calls.
absl::Status StopAndGoOn(Deployment& system, const std::vector<std::string>& flags, Load& load,
                         const Flags& asked, const std::string& transcript) {
  absl::Duration drained;
  std::thread stopper([&] {
    absl::SleepFor(absl::Seconds(asked.stop_after_seconds));
    const absl::Time stopped = absl::Now();
    system.SignalFront(SIGTERM);
    system.WaitFront();
    drained = absl::Now() - stopped;
  });
  const absl::Time begin = absl::Now();
  const auto outcomes = load.Run(transcript);
  const absl::Duration took = absl::Now() - begin;
  stopper.join();
  Print(outcomes, took);
  std::printf("SIGTERM to the end      %.1f s\n", absl::ToDoubleSeconds(drained));
  ASSIGN_OR_RETURN(const std::string next, system.StartOrchestrator(flags));
  Load again(next, asked.calls);
  const absl::Time resent = absl::Now();
  std::printf("the same calls, sent to the next process:\n");
  const auto finished = again.Run(transcript);
  Print(finished, absl::Now() - resent);
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags) {
  const std::string transcript = ReadFile(CallFile(1));
  const TempDirectory directory;
  ASSIGN_OR_RETURN(const auto model, CannedModel::Learn("call-1", transcript));
  const std::vector<std::string> orchestrator = {"--max-call-seconds", "120", "--log-level",
                                                 "warning"};
  ASSIGN_OR_RETURN(
      const auto system,
      Deployment::Start({.shape = Shape::kFiveProcesses,
                         .data_dir = directory.path(),
                         .orchestrator_flags = orchestrator,
                         .router_flags = {"--router-config",
                                          directory.Write("router.yaml", model->RouterConfig())}}));
  model->SetDelays(absl::Seconds(flags.model_seconds));
  std::printf("%d calls at once, each model answer after %.1f s\n", flags.calls,
              flags.model_seconds);
  Load load(system->address("orchestrator"), flags.calls);
  Watcher watcher(system->address("orchestrator"), system->front_pid());
  if (flags.stop_after_seconds > 0) {
    std::vector<std::string> next = orchestrator;
    next.insert(next.end(), {"--data-dir", directory.File("orchestrator")});
    RETURN_IF_ERROR(StopAndGoOn(*system, next, load, flags, transcript));
  } else {
    const absl::Time begin = absl::Now();
    const auto outcomes = load.Run(transcript);
    Print(outcomes, absl::Now() - begin);
  }
  PrintAsked(*model);
  watcher.StopAndPrint();
  return absl::OkStatus();
}

}  // namespace
}  // namespace throughline::e2e

int main(int argc, char** argv) {
  throughline::e2e::Flags flags;
  CLI::App app{"Holds many calls in flight while their models take their time."};
  app.add_option("--calls", flags.calls, "Calls at once, each of a customer of its own")
      ->check(CLI::Range(1, throughline::e2e::kMaxCalls))
      ->capture_default_str();
  app.add_option("--model-seconds", flags.model_seconds, "What a model takes for an answer")
      ->check(CLI::Range(0.0, 20.0))
      ->capture_default_str();
  app.add_option("--stop-after", flags.stop_after_seconds,
                 "Seconds until the orchestrator gets SIGTERM; 0: never")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = throughline::e2e::Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "waiting_benchmark: %s\n", std::string(status.message()).c_str());
  return 1;
}
