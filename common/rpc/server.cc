#include "common/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/await.h"
#include "common/base/clock.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/rpc/connection_options.h"
#include "common/rpc/malformed_requests.h"

namespace throughline::rpc {
namespace {

// The errno of binding the address, 0 when it can be bound.
int TryBind(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), absl::StrCat(port).c_str(), &hints, &found) != 0) {
    return EADDRNOTAVAIL;
  }
  int error = 0;
  const int socket_fd = socket(found->ai_family, SOCK_STREAM, 0);
  const int reuse = 1;
  setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
  if (bind(socket_fd, found->ai_addr, found->ai_addrlen) != 0) error = errno;
  close(socket_fd);
  freeaddrinfo(found);
  return error;
}

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {}

Server::~Server() { Shutdown(); }

void Server::AddService(absl::string_view name, grpc::Service& service, Readiness readiness) {
  entries_.push_back({std::string(name), &service, std::move(readiness),
                      std::make_unique<OutageLog>(absl::StrCat(name, " readiness"))});
}

void Server::AddDrain(Drain drain) { drains_.push_back(std::move(drain)); }

void Server::AddPool(BoundedPool& pool) { pools_.push_back(&pool); }

absl::Status Server::Start() {
  // Both are switches of the whole process.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  ApplyConnectionOptions(builder);
  // By default two processes may share a port, and a stale one would take half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             options_.max_concurrent_streams_per_connection);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<MalformedRequests>());
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  for (Entry& entry : entries_) builder.RegisterService(entry.service);
  builder.AddListeningPort(HostPort{options_.host, options_.port}.ToString(),
                           options_.tls.ServerCredentials(), &port_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    server_ = nullptr;
    return WhyNotBound(options_.port, "--port");
  }
  if (options_.health_port.has_value()) RETURN_IF_ERROR(StartHealthPort());
  AskReadiness();
  watcher_ = std::thread([this] { WatchReadiness(); });
  return absl::OkStatus();
}

absl::Status Server::StartHealthPort() {
  grpc::ServerBuilder builder;
  ApplyConnectionOptions(builder);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(HostPort{options_.host, *options_.health_port}.ToString(),
                           grpc::InsecureServerCredentials(), &health_port_);
  health_server_ = builder.BuildAndStart();
  if (health_server_ != nullptr && health_port_ != 0) return absl::OkStatus();
  server_ = nullptr;
  health_server_ = nullptr;
  return WhyNotBound(*options_.health_port, "--health-port");
}

absl::Status Server::WhyNotBound(int port, absl::string_view flag) const {
  const int error = TryBind(options_.host, port);
  const std::string reason = error == 0 ? "the server did not start" : std::strerror(error);
  std::string next_step = absl::StrCat("choose another ", flag);
  if (error == EADDRINUSE) next_step = absl::StrCat("stop the process that uses it or ", next_step);
  if (error == EADDRNOTAVAIL) next_step = "choose an address of this machine as --host";
  if (error == EACCES) next_step = absl::StrCat("choose a ", flag, " above 1023");
  return absl::UnavailableError(absl::StrCat("cannot listen on ",
                                             HostPort{options_.host, port}.ToString(), ": ", reason,
                                             "; ", next_step));
}

std::string Server::address() const {
  const bool any = options_.host == "0.0.0.0" || options_.host == "::";
  return HostPort{any ? "127.0.0.1" : options_.host, port_}.ToString();
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  grpc::ChannelArguments arguments;
  ApplyConnectionOptions(arguments);
  return server_->InProcessChannel(arguments);
}

void Server::SetHealth(const std::string& name, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(name, serving);
  if (health_server_ == nullptr) return;
  health_server_->GetHealthCheckService()->SetServingStatus(name, serving);
}

void Server::AskReadiness() {
  if (options_.on_readiness != nullptr) options_.on_readiness();
  bool all_ready = true;
  for (Entry& entry : entries_) {
    const absl::Status status =
        entry.readiness == nullptr
            ? absl::OkStatus()
            : entry.readiness(Context::Background().WithBudget(options_.readiness_budget));
    status.ok() ? entry.outage->Succeeded() : entry.outage->Failed(status);
    SetHealth(entry.name, status.ok());
    all_ready = all_ready && status.ok();
  }
  SetHealth("", all_ready);
}

void Server::WatchReadiness() {
  const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (AwaitFor(mutex_, absl::Condition(&stopping), options_.readiness_interval)) return;
    }
    AskReadiness();
  }
}

void Server::WatchDrain() {
  const absl::Duration patience =
      std::max(absl::ZeroDuration(), options_.drain_timeout - options_.hand_over_time);
  {
    absl::MutexLock lock(&mutex_);
    if (AwaitFor(mutex_, absl::Condition(&drained_), patience)) return;
  }
  for (const Drain& drain : drains_) drain.hand_over();
}

bool Server::Shutdown() {
  if (server_ == nullptr) return ended_in_time_;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(stopping_, true)) return ended_in_time_;
  }
  watcher_.join();
  server_->GetHealthCheckService()->Shutdown();  // every service NOT_SERVING from here on
  if (health_server_ != nullptr) health_server_->GetHealthCheckService()->Shutdown();
  absl::SleepFor(options_.not_serving_wait);
  for (const Drain& drain : drains_) drain.begin();
  std::thread hand_over([this] { WatchDrain(); });
  const absl::Time begun = Clock::Real().SteadyNow();
  server_->Shutdown(absl::ToChronoTime(Clock::Real().Now() + options_.drain_timeout));
  const absl::Duration took = Clock::Real().SteadyNow() - begun;
  ended_in_time_ = options_.drain_timeout == absl::ZeroDuration() || took < options_.drain_timeout;
  {
    absl::MutexLock lock(&mutex_);
    drained_ = true;
  }
  hand_over.join();
  if (health_server_ != nullptr) health_server_->Shutdown();
  for (BoundedPool* pool : pools_) pool->Drain();
  if (!ended_in_time_) {
    Log(Severity::kWarning, "the drain ended by its deadline; the calls that were left are cut off",
        {{"drain_seconds", absl::ToDoubleSeconds(options_.drain_timeout)}});
  }
  return ended_in_time_;
}

}  // namespace throughline::rpc
