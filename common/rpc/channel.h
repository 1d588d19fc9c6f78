#ifndef THROUGHLINE_COMMON_RPC_CHANNEL_H_
#define THROUGHLINE_COMMON_RPC_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/context.h"
#include "common/rpc/tls.h"

namespace throughline::rpc {

struct ChannelOptions {
  // "package.Service/Method" of each method that may be repeated when the server is UNAVAILABLE
  // (up to kMaxAttempts, with backoff and jitter). Reads, and writes with an idempotency key.
  std::vector<std::string> idempotent_methods;
  // When set, balance only over servers whose health service says SERVING for this service.
  std::string health_service;
  // Whom the client believes and who it says it is; plain text by default.
  Tls tls;
};

inline constexpr int kMaxAttempts = 4;

// A channel to `target` ("host:port" or "dns:///name:port"): round_robin, keepalive and message
// limits matching rpc::Server. Make one per target and keep it for the life of the process; it is
// thread-safe and connects when first used.
std::shared_ptr<grpc::Channel> MakeChannel(absl::string_view target,
                                           const ChannelOptions& options = {});

// The service config that MakeChannel uses, as JSON. Visible for tests.
std::string ServiceConfig(const ChannelOptions& options);

// OK once every one of `targets` ("host:port") answers SERVING for `service` ("" asks for the
// whole server); UNAVAILABLE names the first that did not before the context's deadline.
// With `tls` the servers are of this process: their certificates need not name the targets.
absl::Status WaitUntilHealthy(const Context& context, absl::Span<const std::string> targets,
                              absl::string_view service = "", const Tls& tls = {});

// For `--healthcheck`: asks the server on host:port once. 0 when SERVING; otherwise 1 and one line
// on stderr. With `tls` the server's certificate need not name the host: it is our own.
int RunHealthcheck(absl::string_view host, int port, absl::Duration timeout = absl::Seconds(3),
                   const Tls& tls = {});

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_CHANNEL_H_
