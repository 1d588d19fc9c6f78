// The same load on the same machine in every shape the system runs in: one process, five, and two
// of each service over one PostgreSQL. Beside a call alone in flight stand as many empty requests
// as it takes between processes.
//
//   THROUGHLINE_BIN_DIR=build/release/bin services_benchmark [--seconds 10] [--concurrency 16]

#include <grpcpp/grpcpp.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/status_macros.h"
#include "common/rpc/status_mapping.h"
#include "common/testing/postgres_server.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/deployment.h"
#include "tests/fault/cluster.h"

namespace throughline::fault {
namespace {

using grpc::health::v1::Health;

constexpr int kEmptyCalls = 2000;
constexpr absl::Duration kEmptyBudget = absl::Seconds(5);
// The client's, and the orchestrator's to memory, the analyst and the writer, and theirs to the
// router: recall, analyse, extract, write, save.
constexpr int kRequestsOfACall = 9;

struct Flags {
  int seconds = 10;
  int concurrency = 16;
};

struct Shape {
  const char* name;
  Cluster::Shape shape;
  int replicas;
  bool postgres;
};

constexpr Shape kShapes[] = {
    {"one process", Cluster::Shape::kOneProcess, 1, false},
    {"five processes", Cluster::Shape::kFiveProcesses, 1, false},
    {"five, PostgreSQL", Cluster::Shape::kFiveProcesses, 1, true},
    {"two of each, PostgreSQL", Cluster::Shape::kFiveProcesses, 2, true},
};

struct Load {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

absl::StatusOr<Load> Measure(const Cluster& cluster, int concurrency, int seconds) {
  const e2e::Outcome run = e2e::RunCommand(
      {BinaryPath("throughline"), "bench", "--json", "--mix", "process=1", "--concurrency",
       absl::StrCat(concurrency), "--duration", absl::StrCat(seconds, "s"), "--server",
       cluster.targets("orchestrator"), "--memory-server", cluster.targets("memory"),
       "--router-server", cluster.targets("router")});
  if (run.code != 0) return absl::InternalError(absl::StrCat("bench: ", run.err, run.out));
  const nlohmann::json calls = run.Json().back().at("operations").at("process");
  return Load{.per_second = calls.at("perSecond"),
              .p50_ms = calls.at("latencyMs").at("p50"),
              .p99_ms = calls.at("latencyMs").at("p99")};
}

// The median of one empty request.
absl::StatusOr<double> MeasureEmpty(const std::string& address) {
  const auto stub =
      Health::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  std::vector<double> times_ms;
  for (int i = 0; i < kEmptyCalls; ++i) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kEmptyBudget));
    grpc::health::v1::HealthCheckResponse response;
    const absl::Time asked = absl::Now();
    RETURN_IF_ERROR(rpc::FromGrpc(stub->Check(&context, {}, &response)));
    times_ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - asked));
  }
  std::sort(times_ms.begin(), times_ms.end());
  return times_ms[times_ms.size() / 2];
}

// Fresh databases for every shape: none meets what another has left.
absl::StatusOr<std::map<std::string, std::string>> Databases(PostgresServer& postgres,
                                                             const Shape& shape) {
  std::map<std::string, std::string> conninfos;
  if (!shape.postgres) return conninfos;
  for (const char* service : {"memory", "router", "orchestrator"}) {
    ASSIGN_OR_RETURN(conninfos[service],
                     postgres.CreateDatabase(absl::StrCat(service, "_", shape.replicas)));
  }
  return conninfos;
}

absl::Status Run(const Flags& flags) {
  ASSIGN_OR_RETURN(const auto postgres, PostgresServer::Start({.durable = true}));
  std::printf("%-24s %9s %8s %8s %14s %14s %7s\n", "", "calls/s", "p50 ms", "p99 ms",
              "alone, p50 ms", "its RPCs empty", "ratio");
  for (const Shape& shape : kShapes) {
    ASSIGN_OR_RETURN(auto conninfos, Databases(*postgres, shape));
    ASSIGN_OR_RETURN(const auto cluster, Cluster::Start({.shape = shape.shape,
                                                         .conninfos = std::move(conninfos),
                                                         .replicas = shape.replicas}));
    ASSIGN_OR_RETURN(const Load alone, Measure(*cluster, 1, flags.seconds));
    ASSIGN_OR_RETURN(const double empty_ms, MeasureEmpty(cluster->address("orchestrator")));
    ASSIGN_OR_RETURN(const Load load, Measure(*cluster, flags.concurrency, flags.seconds));
    const int requests = shape.shape == Cluster::Shape::kOneProcess ? 1 : kRequestsOfACall;
    std::printf("%-24s %9.0f %8.1f %8.1f %14.2f %4d: %5.2f ms %7.1f\n", shape.name, load.per_second,
                load.p50_ms, load.p99_ms, alone.p50_ms, requests, requests * empty_ms,
                alone.p50_ms / (requests * empty_ms));
    std::fflush(stdout);
  }
  std::printf("calls/s, p50 and p99 with %d calls in flight; clients and databases included\n",
              flags.concurrency);
  return absl::OkStatus();
}

}  // namespace
}  // namespace throughline::fault

int main(int argc, char** argv) {
  throughline::fault::Flags flags;
  CLI::App app{"Loads the system as one process, as five, and as two of each."};
  app.add_option("--seconds", flags.seconds, "How long each load lasts")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_option("--concurrency", flags.concurrency, "Calls in flight")
      ->check(CLI::Range(1, 512))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = throughline::fault::Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "services_benchmark: %s\n", std::string(status.message()).c_str());
  return 1;
}
