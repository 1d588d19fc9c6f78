#include "tests/fault/load.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"

namespace throughline::fault {
namespace {

namespace v1 = throughline::orchestrator::v1;

constexpr absl::Duration kMaxAudit = absl::Minutes(3);
constexpr absl::Duration kMaxRecovery = absl::Minutes(1);
constexpr absl::Duration kProbeTimeout = absl::Seconds(2);
constexpr absl::Duration kProbeInterval = absl::Milliseconds(10);
constexpr absl::Duration kMaxStart = absl::Seconds(30);

std::unique_ptr<v1::OrchestratorService::Stub> Dial(const Cluster& cluster) {
  grpc::ChannelArguments arguments;
  // A connection of its own: no backoff left over from the last attempt.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return v1::OrchestratorService::NewStub(grpc::CreateCustomChannel(
      cluster.address("orchestrator"), grpc::InsecureChannelCredentials(), arguments));
}

// The load's customers have calls.
bool HasBegun(const Cluster& cluster) {
  v1::ListJobsRequest request;
  v1::ListJobsResponse response;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kProbeTimeout));
  if (!Dial(cluster)->ListJobs(&context, request, &response).ok()) return false;
  return std::any_of(response.jobs().begin(), response.jobs().end(), [](const v1::Job& job) {
    return absl::StartsWith(job.customer_id(), "bench-");
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Load>> Load::Start(const Cluster& cluster, const Options& options) {
  ASSIGN_OR_RETURN(
      std::unique_ptr<ChildProcess> client,
      ChildProcess::Start(
          {.command = {BinaryPath("throughline"), "bench", "--json",
                       absl::StrCat("--server=", cluster.targets("orchestrator")),
                       absl::StrCat("--memory-server=", cluster.targets("memory")),
                       absl::StrCat("--router-server=", cluster.targets("router")),
                       absl::StrCat("--rate=", options.rate_per_second),
                       absl::StrCat("--mix=", options.mix), absl::StrCat("--seed=", options.seed),
                       absl::StrCat("--retries=", options.retries), "--duration=6h",
                       "--customers=12", "--concurrency=12", "--timeout=5s"}}));
  const absl::Time deadline = absl::Now() + kMaxStart;
  while (!HasBegun(cluster)) {
    if (!client->Running() || absl::Now() > deadline) {
      return absl::UnavailableError(absl::StrCat("the load did not begin: ", client->Stderr()));
    }
    absl::SleepFor(kProbeInterval);
  }
  return std::unique_ptr<Load>(new Load(std::move(client)));
}

nlohmann::json Load::Finish(Cluster& cluster) {
  client_->Signal(SIGTERM);
  const absl::StatusOr<int> code = client_->Wait(kMaxAudit);
  const nlohmann::json report = nlohmann::json::parse(client_->Stdout(), nullptr, false);
  EXPECT_TRUE(code.ok() && *code == 0) << client_->Stderr() << client_->Stdout() << "\n"
                                       << cluster.Logs();
  EXPECT_TRUE(cluster.AllRun()) << cluster.Logs();
  if (!report.is_object()) return nlohmann::json::object();
  std::printf(
      "[load] %d acknowledged, %d failed, %d sent again, longest time without an answer %.0f ms; "
      "audit: "
      "%d calls, %d facts, %d decisions, %d violations\n",
      report["acknowledged"].get<int>(), report["errors"].get<int>(), report["retries"].get<int>(),
      report["longestGapMs"].get<double>(), report["audit"]["calls"].get<int>(),
      report["audit"]["facts"].get<int>(), report["audit"]["decisions"].get<int>(),
      report["audit"]["violations"].get<int>());
  // A run in which nothing was written has shown nothing.
  EXPECT_GT(report["audit"]["calls"].get<int>(), 0) << report;
  return report;
}

absl::StatusOr<absl::Duration> AwaitRecovery(const Cluster& cluster, const std::string& what) {
  const absl::Time begin = absl::Now();
  const std::string customer = absl::StrCat("probe-", RandomHex(4));
  while (absl::Now() - begin < kMaxRecovery) {
    const auto stub = Dial(cluster);
    v1::ProcessCallRequest request;
    request.mutable_call()->set_customer_id(customer);
    request.mutable_call()->set_call_id(RandomHex(4));
    request.mutable_call()->set_transcript("Mike Reynolds: It is too expensive for us.\n");
    v1::ProcessCallResponse response;
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kProbeTimeout));
    if (stub->ProcessCall(&context, request, &response).ok()) {
      const absl::Duration took = absl::Now() - begin;
      std::printf("[recovery] %s: a call is processed after %.0f ms\n", what.c_str(),
                  absl::ToDoubleMilliseconds(took));
      return took;
    }
    absl::SleepFor(kProbeInterval);
  }
  return absl::DeadlineExceededError(absl::StrCat(what, ": no call is processed"));
}

}  // namespace throughline::fault
