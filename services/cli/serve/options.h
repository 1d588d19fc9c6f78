#ifndef THROUGHLINE_SERVICES_CLI_SERVE_OPTIONS_H_
#define THROUGHLINE_SERVICES_CLI_SERVE_OPTIONS_H_

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/audit/audit_log.h"
#include "common/rpc/tls.h"
#include "common/tracing/options.h"
#include "services/gateway/register.h"
#include "services/memory/register.h"

namespace throughline::cli {

// What `throughline serve` takes.
struct ServeOptions {
  std::string host = "127.0.0.1";
  int port = 7400;       // 0 lets the system choose
  int metrics_port = 0;  // 0 lets the system choose
  std::string data_dir = "throughline-data";
  std::string store;                // memory's, as its StoreOptions has it; empty: in data_dir
  std::string redis;                // "HOST:PORT"; empty: cache in the process
  std::string redis_password_file;  // empty: no password
  std::string redis_tls_ca_file;    // empty: plain text
  std::string router_config;        // a YAML file; empty: built-in models only
  std::string router_conninfo;      // a file as --router-postgres-file has it; empty: in data_dir
  std::string webhooks;             // a YAML file; empty: nobody is told
  std::string retention;            // a YAML file; empty: everything is kept
  rpc::TlsFiles tls;                // of the gRPC port; empty: plain text
  std::string log_level = "info";
  TraceOptions trace;
  std::string tenant = "default";
  memory::EmbeddingOptions embeddings;
  audit::AuditOptions audit{.service = "throughline"};
  gateway::GatewayOptions http;  // host and tenant are taken from above
  std::optional<int> http_port;  // absent: kDefaultHttpPort, or the system's choice if `port` is 0
};

inline constexpr int kDefaultHttpPort = 8080;

// Adds the flags, each with its THROUGHLINE_* variable.
void AddServeFlags(CLI::App& command, ServeOptions& options);

// Makes the data directory and checks that it can be written, that the tenant is well formed, and
// that Redis answers when one is named. The error names the flag.
absl::Status CheckSurroundings(const ServeOptions& options);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_SERVE_OPTIONS_H_
