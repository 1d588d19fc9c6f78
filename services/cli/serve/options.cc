#include "services/cli/serve/options.h"

#include <unistd.h>

#include <CLI/Config.hpp>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/context.h"
#include "common/base/errors.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/rpc/runtime.h"
#include "common/storage/redis.h"

namespace throughline::cli {
namespace {

constexpr int kMaxPort = 65535;
constexpr absl::Duration kRedisConnectTimeout = absl::Seconds(1);

absl::Status DirectoryError(const std::string& path, const std::string& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("--data-dir: expected a directory that can be written, got \"", path, "\" (",
                   why, "); choose another or change its permissions"));
}

absl::Status CheckDataDir(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return DirectoryError(path, error.message());
  // Permissions alone do not tell: the file system may be read-only or full.
  std::string probe = absl::StrCat(path, "/.probe-XXXXXX");
  const int descriptor = mkstemp(probe.data());
  if (descriptor < 0) return DirectoryError(path, std::strerror(errno));
  close(descriptor);
  std::filesystem::remove(probe, error);
  return absl::OkStatus();
}

absl::Status CheckRedis(const ServeOptions& serve) {
  if (serve.redis.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(HostPort redis, ParseHostPort(serve.redis, "--redis"));
  storage::RedisOptions options;
  options.host = std::move(redis.host);
  options.port = redis.port;
  options.password_file = serve.redis_password_file;
  options.tls_ca_file = serve.redis_tls_ca_file;
  options.connect_timeout = kRedisConnectTimeout;
  options.command_timeout = kRedisConnectTimeout;
  ASSIGN_OR_RETURN(const auto client, storage::RedisClient::Create(std::move(options)));
  const absl::Status answered = client->Ping(Context::Background());
  if (answered.ok()) return answered;
  return absl::UnavailableError(absl::StrCat("--redis: expected a Redis that answers at ",
                                             serve.redis,
                                             "; start it, correct the address, or leave the flag "
                                             "out to cache in the process"));
}

}  // namespace

void AddServeFlags(CLI::App& command, ServeOptions& options) {
  command.add_option("--host", options.host, "Address to listen on")
      ->envname("THROUGHLINE_LISTEN_HOST")
      ->capture_default_str();
  command.add_option("--port", options.port, "gRPC port; 0 lets the system choose")
      ->envname("THROUGHLINE_LISTEN_PORT")
      ->check(CLI::Range(0, kMaxPort))
      ->capture_default_str();
  command
      .add_option("--metrics-port", options.metrics_port,
                  "Port of /metrics; 0 lets the system choose")
      ->envname("THROUGHLINE_METRICS_PORT")
      ->check(CLI::Range(0, kMaxPort))
      ->capture_default_str();
  command.add_option("--data-dir", options.data_dir, "Where everything is kept; made when absent")
      ->envname("THROUGHLINE_DATA_DIR")
      ->capture_default_str();
  command
      .add_option("--store", options.store,
                  "Where memory is kept: sqlite:FOLDER, postgres:FILE (which holds libpq's "
                  "connection string) or memory; sqlite in --data-dir by default")
      ->envname("THROUGHLINE_STORE");
  command
      .add_option("--redis", options.redis,
                  "Redis for recalled context and for answers that tasks may cache, HOST:PORT")
      ->envname("THROUGHLINE_REDIS");
  command
      .add_option("--redis-tls-ca", options.redis_tls_ca_file,
                  "Speak TLS with Redis; file of CAs that its certificate must be signed by")
      ->envname("THROUGHLINE_REDIS_TLS_CA");
  command
      .add_option("--redis-password-file", options.redis_password_file,
                  "File that holds the password of Redis")
      ->envname("THROUGHLINE_REDIS_PASSWORD_FILE");
  command.add_option("--router-config", options.router_config, "Models and prices, a YAML file")
      ->envname("THROUGHLINE_ROUTER_CONFIG");
  command
      .add_option(
          "--router-postgres-file", options.router_conninfo,
          "File with PostgreSQL's connection string for decisions, budgets and costs; SQLite "
          "in --data-dir by default")
      ->envname("THROUGHLINE_ROUTER_POSTGRES_FILE");
  command
      .add_option("--webhooks", options.webhooks,
                  "Who is told over HTTP of processed calls, a YAML file")
      ->envname("THROUGHLINE_WEBHOOKS");
  command
      .add_option("--retention", options.retention,
                  "How long each tenant's records are kept, a YAML file; all of them by default")
      ->envname("THROUGHLINE_RETENTION");
  rpc::AddTlsServerFlags(command, options.tls);
  command.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->envname("THROUGHLINE_LOG_LEVEL")
      ->capture_default_str();
  AddTraceFlags(command, options.trace);
  command.add_option("--tenant", options.tenant, "Tenant of every call")
      ->envname("THROUGHLINE_TENANT")
      ->capture_default_str();
  command
      .add_option("--http-port", options.http_port,
                  absl::StrCat("Port of the HTTP API and the console; 0 lets the system choose [",
                               kDefaultHttpPort, ", or 0 with --port 0]"))
      ->envname("THROUGHLINE_HTTP_PORT")
      ->check(CLI::Range(0, kMaxPort));
  memory::AddEmbeddingFlags(command, options.embeddings);
  gateway::AddGatewayFlags(command, options.http);
  audit::AddAuditFlags(command, options.audit);
}

absl::Status CheckSurroundings(const ServeOptions& options) {
  if (!rpc::IsValidTenant(options.tenant)) {
    return InvalidField("--tenant", "1 to 64 characters of A-Z a-z 0-9 . _ -", "correct the flag");
  }
  RETURN_IF_ERROR(CheckDataDir(options.data_dir));
  return CheckRedis(options);
}

}  // namespace throughline::cli
