#ifndef THROUGHLINE_SERVICES_CLI_CLIENT_CLIENT_H_
#define THROUGHLINE_SERVICES_CLI_CLIENT_CLIENT_H_

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/rpc/client_call.h"
#include "common/rpc/tls.h"
#include "services/cli/client/errors.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"
#include "throughline/router/v1/router_service.grpc.pb.h"

namespace throughline::cli {

inline constexpr char kDefaultServer[] = "127.0.0.1:7400";

// What every client command takes.
struct ClientFlags {
  std::string server = kDefaultServer;
  std::string memory_server;  // empty: `server`
  std::string router_server;  // empty: `server`
  rpc::TlsFiles tls;          // empty: plain text
  std::string timeout = "60s";
  bool json = false;
};

// Adds --server, --memory-server, --router-server, --tls-cert, --tls-key, --tls-ca, --timeout and
// --json.
void AddClientFlags(CLI::App& command, ClientFlags& flags);

// "30s", "500ms", "2m" or seconds as a number: more than nothing, at most a day. INVALID_ARGUMENT
// names the flag.
absl::StatusOr<absl::Duration> ParseDurationFlag(absl::string_view flag, const std::string& text);

// A service at an address the user named.
template <typename Service>
struct Remote {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<typename Service::StubInterface> stub;
  std::string name;     // "memory", for errors
  std::string flag;     // that named the address
  std::string address;  // as given
};

// The servers a command talks to. Connections are made when first used. Thread-safe.
class Client {
 public:
  // INVALID_ARGUMENT names the flag that is malformed.
  static absl::StatusOr<std::unique_ptr<Client>> Make(const ClientFlags& flags);

  using Orchestrator = throughline::orchestrator::v1::OrchestratorService;
  using Memory = throughline::memory::v1::MemoryService;
  using Router = throughline::router::v1::RouterService;
  const Remote<Orchestrator>& orchestrator() const { return orchestrator_; }
  const Remote<Memory>& memory() const { return memory_; }
  const Remote<Router>& router() const { return router_; }

  // A context for one call: --timeout from now, a fresh request id.
  Context NewContext() const;

  // A blocking unary call; `method` as for rpc::Invoke. Errors say what to do next.
  template <typename Service, typename Interface, typename Request, typename Response>
  absl::StatusOr<Response> Call(const Remote<Service>& remote,
                                grpc::Status (Interface::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                                const Request& request) const {
    Connect(*remote.channel);
    absl::StatusOr<Response> response = rpc::Invoke(NewContext(), *remote.stub, method, request,
                                                    {.callee = remote.name, .budget = timeout_});
    if (!response.ok()) return Explain(response.status(), remote.flag, remote.address);
    return response;
  }

  // A blocking server stream, each message given to `on_message` as it comes.
  template <typename Service, typename Method, typename Request, typename OnMessage>
  absl::Status Stream(const Remote<Service>& remote, Method method, const Request& request,
                      OnMessage on_message) const {
    Connect(*remote.channel);
    return Explain(
        rpc::InvokeStream(NewContext(), *remote.stub, method, request,
                          {.callee = remote.name, .budget = timeout_}, std::move(on_message)),
        remote.flag, remote.address);
  }

 private:
  Client() = default;

  // Gives a connection that fails at first a second chance, for at most a second: what is not sent
  // yet may be tried again, whatever it does.
  static void Connect(grpc::Channel& channel);

  Remote<Orchestrator> orchestrator_;
  Remote<Memory> memory_;
  Remote<Router> router_;
  absl::Duration timeout_ = absl::Seconds(60);
};

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_CLIENT_CLIENT_H_
