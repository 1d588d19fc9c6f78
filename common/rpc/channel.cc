#include "common/rpc/channel.h"

#include <grpc/grpc.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/host_port.h"
#include "common/rpc/client_call.h"
#include "common/rpc/connection_options.h"
#include "common/rpc/target.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace throughline::rpc {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kHealthPollInterval = absl::Milliseconds(20);
constexpr absl::Duration kHealthCallBudget = absl::Seconds(1);
constexpr int kInitialReconnectMilliseconds = 100;
constexpr int kMaxReconnectMilliseconds = 5000;
// A busy server takes a while to greet: one that has not in this time is tried anew.
constexpr int kConnectMilliseconds = 5000;
constexpr int kDnsIntervalMilliseconds = 5000;

absl::Status AskHealth(const Context& context, Health::Stub& stub, absl::string_view target,
                       absl::string_view service) {
  HealthCheckRequest request;
  request.set_service(std::string(service));
  const absl::StatusOr<HealthCheckResponse> response =
      Invoke(context, stub, &Health::Stub::Check, request,
             {.callee = std::string(target), .budget = kHealthCallBudget, .wait_for_ready = true});
  if (!response.ok()) return response.status();
  if (response->status() == HealthCheckResponse::SERVING) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(target, " says ", HealthCheckResponse::ServingStatus_Name(response->status())));
}

std::shared_ptr<grpc::Channel> Dial(absl::string_view target, const ChannelOptions& options,
                                    const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  ApplyConnectionOptions(arguments);
  arguments.SetServiceConfigJSON(ServiceConfig(options));
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kInitialReconnectMilliseconds);
  // Despite its name this bounds each attempt to connect, and no pause between them.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, kDnsIntervalMilliseconds);
  // Services talk to each other directly, whatever http_proxy says.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Several addresses are replicas of one server: it answers to the name of the first.
  const std::string first(target.substr(0, target.find(',')));
  if (first.size() < target.size()) arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, first);
  return grpc::CreateCustomChannel(GrpcTarget(target), credentials, arguments);
}

}  // namespace

std::string ServiceConfig(const ChannelOptions& options) {
  using Json = nlohmann::json;
  Json config = {{"loadBalancingConfig", {{{"round_robin", Json::object()}}}}};
  Json names = Json::array();
  for (const std::string& full_name : options.idempotent_methods) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(full_name, absl::MaxSplits('/', 1));
    names.push_back({{"service", parts.first}, {"method", parts.second}});
  }
  if (!names.empty()) {
    config["methodConfig"] = {{{"name", names},
                               {"retryPolicy",
                                {{"maxAttempts", kMaxAttempts},
                                 {"initialBackoff", "0.1s"},
                                 {"maxBackoff", "1s"},
                                 {"backoffMultiplier", 2},
                                 // CANCELLED, when we did not: dropped by a server that shuts down.
                                 {"retryableStatusCodes", {"UNAVAILABLE", "CANCELLED"}}}}}};
  }
  if (!options.health_service.empty()) {
    config["healthCheckConfig"] = {{"serviceName", options.health_service}};
  }
  return config.dump();
}

std::shared_ptr<grpc::Channel> MakeChannel(absl::string_view target,
                                           const ChannelOptions& options) {
  return Dial(target, options, options.tls.ChannelCredentials());
}

absl::Status WaitUntilHealthy(const Context& context, absl::Span<const std::string> targets,
                              absl::string_view service, const Tls& tls) {
  for (const std::string& target : targets) {
    Health::Stub stub(Dial(target, {}, tls.OwnChannelCredentials()));
    absl::Status status = AskHealth(context, stub, target, service);
    while (!status.ok()) {
      if (const absl::Status ended = context.Check(); !ended.ok()) {
        return absl::UnavailableError(absl::StrCat(
            target, " did not become healthy in time: ", status.message(), "; see its log"));
      }
      absl::SleepFor(std::min(kHealthPollInterval, context.Remaining()));
      status = AskHealth(context, stub, target, service);
    }
  }
  return absl::OkStatus();
}

int RunHealthcheck(absl::string_view host, int port, absl::Duration timeout, const Tls& tls) {
  const bool any = host == "0.0.0.0" || host == "::";
  const std::string target = HostPort{any ? "127.0.0.1" : std::string(host), port}.ToString();
  Health::Stub stub(Dial(target, {}, tls.OwnChannelCredentials()));
  const absl::Status status =
      AskHealth(Context::Background().WithBudget(timeout), stub, target, /*service=*/"");
  if (status.ok()) return 0;
  std::fprintf(stderr, "not healthy: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace throughline::rpc
