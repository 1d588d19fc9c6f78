#include "services/cli/client/client.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/errors.h"
#include "common/base/random_hex.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel.h"
#include "common/rpc/target.h"

namespace throughline::cli {
namespace {

constexpr int kRequestIdBytes = 8;
constexpr absl::Duration kMaxDurationFlag = absl::Hours(24);
constexpr absl::Duration kConnectBudget = absl::Seconds(1);

// Methods that may be sent again when the server went away: reads, and writes under a key.
const rpc::ChannelOptions& Retries() {
  static const auto* options =
      new rpc::ChannelOptions{.idempotent_methods = {
                                  "throughline.orchestrator.v1.OrchestratorService/GetProfile",
                                  "throughline.orchestrator.v1.OrchestratorService/GetDeal",
                                  "throughline.orchestrator.v1.OrchestratorService/ListCalls",
                                  "throughline.memory.v1.MemoryService/Recall",
                                  "throughline.memory.v1.MemoryService/ListFacts",
                                  "throughline.router.v1.RouterService/Decide",
                                  "throughline.router.v1.RouterService/ListDecisions",
                                  "throughline.router.v1.RouterService/GetSpend",
                              }};
  return *options;
}

template <typename Service>
absl::StatusOr<Remote<Service>> Reach(absl::string_view name, absl::string_view flag,
                                      const std::string& address, const rpc::Tls& tls) {
  RETURN_IF_ERROR(rpc::CheckTarget(address, flag));
  rpc::ChannelOptions options = Retries();
  options.tls = tls;
  const std::shared_ptr<grpc::Channel> channel = rpc::MakeChannel(address, options);
  return Remote<Service>{
      .channel = channel,
      .stub = Service::NewStub(channel),
      .name = std::string(name),
      .flag = std::string(flag),
      .address = address,
  };
}

}  // namespace

void AddClientFlags(CLI::App& command, ClientFlags& flags) {
  command
      .add_option("--server", flags.server,
                  "Server to talk to, as HOST:PORT; replicas as IP:PORT,IP:PORT")
      ->envname("THROUGHLINE_SERVER")
      ->capture_default_str();
  command
      .add_option("--memory-server", flags.memory_server,
                  "Memory service when it runs apart; --server otherwise")
      ->envname("THROUGHLINE_MEMORY_SERVER");
  command
      .add_option("--router-server", flags.router_server,
                  "Router service when it runs apart; --server otherwise")
      ->envname("THROUGHLINE_ROUTER_SERVER");
  rpc::AddTlsFlags(command, flags.tls);
  command.add_option("--timeout", flags.timeout, "Longest one request may take: 30s, 500ms, 2m")
      ->capture_default_str();
  command.add_flag("--json", flags.json, "Print JSON, one object a line");
}

absl::StatusOr<absl::Duration> ParseDurationFlag(absl::string_view flag, const std::string& text) {
  absl::Duration duration;
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds)) {
    duration = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(text, &duration)) {
    duration = absl::ZeroDuration();
  }
  if (duration > absl::ZeroDuration() && duration <= kMaxDurationFlag) return duration;
  return InvalidField(flag,
                      absl::StrCat("a time like 30s, 500ms or 2m, at most 24h, got \"", text, "\""),
                      "correct the flag");
}

absl::StatusOr<std::unique_ptr<Client>> Client::Make(const ClientFlags& flags) {
  const bool own_memory = !flags.memory_server.empty();
  const bool own_router = !flags.router_server.empty();
  std::unique_ptr<Client> client(new Client);
  ASSIGN_OR_RETURN(client->timeout_, ParseDurationFlag("--timeout", flags.timeout));
  ASSIGN_OR_RETURN(const rpc::Tls tls, rpc::Tls::Load(flags.tls, rpc::Tls::Role::kClient));
  ASSIGN_OR_RETURN(client->orchestrator_,
                   Reach<Orchestrator>("orchestrator", "--server", flags.server, tls));
  ASSIGN_OR_RETURN(client->memory_,
                   Reach<Memory>("memory", own_memory ? "--memory-server" : "--server",
                                 own_memory ? flags.memory_server : flags.server, tls));
  ASSIGN_OR_RETURN(client->router_,
                   Reach<Router>("router", own_router ? "--router-server" : "--server",
                                 own_router ? flags.router_server : flags.server, tls));
  return client;
}

void Client::Connect(grpc::Channel& channel) {
  channel.WaitForConnected(absl::ToChronoTime(Clock::Real().Now() + kConnectBudget));
}

Context Client::NewContext() const {
  return Context({.actor = "cli",
                  .request_id = RandomHex(kRequestIdBytes),
                  .deadline = Clock::Real().SteadyNow() + timeout_,
                  .cancellation = std::make_shared<CancellationSource>()});
}

}  // namespace throughline::cli
