#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

#include "absl/status/status.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_runner.h"
#include "services/router/register.h"

int main(int argc, char** argv) {
  namespace rpc = throughline::rpc;
  namespace router = throughline::router;
  rpc::ServiceFlags flags{.name = "router", .port = 50053, .metrics_port = 9103};
  CLI::App app{"Answers prompts with the cheapest model whose answer stands up to the checks."};
  rpc::AddServiceFlags(app, flags);
  router::RouterOptions options{.data_dir = "data"};
  app.add_option("--data-dir", options.data_dir, "Directory of the ledger, router.db")
      ->envname("THROUGHLINE_DATA_DIR")
      ->capture_default_str();
  app.add_option("--router-config", options.config_path,
                 "Models, prices and cascades as YAML, read again when it changes; the built-in "
                 "models when left out")
      ->envname("THROUGHLINE_ROUTER_CONFIG");
  app.add_option("--postgres-file", options.conninfo_file,
                 "File with PostgreSQL's connection string, for a ledger that routers share")
      ->envname("THROUGHLINE_ROUTER_POSTGRES_FILE");
  app.add_flag("--sync-each-decision", options.sync_each_decision,
               "Answer only once SQLite's disk has the decision; else it follows in milliseconds")
      ->envname("THROUGHLINE_ROUTER_SYNC_EACH_DECISION");
  std::string redis;
  app.add_option("--redis", redis, "Redis for answers that tasks may cache, HOST:PORT")
      ->envname("THROUGHLINE_ROUTER_REDIS");
  app.add_option("--redis-tls-ca", options.redis_tls_ca_file,
                 "Speak TLS with Redis; file of CAs that its certificate must be signed by")
      ->envname("THROUGHLINE_ROUTER_REDIS_TLS_CA");
  app.add_option("--redis-password-file", options.redis_password_file,
                 "File with the password of Redis")
      ->envname("THROUGHLINE_ROUTER_REDIS_PASSWORD_FILE");
  app.add_option("--retention", options.retention,
                 "How long each tenant's decisions are kept, a YAML file")
      ->envname("THROUGHLINE_RETENTION");
  throughline::audit::AuditOptions audit_options{.service = flags.name};
  throughline::audit::AddAuditFlags(app, audit_options);
  bool migrate = false;
  app.add_flag("--migrate", migrate, "Bring the ledger's schema up to date and exit");
  return rpc::RunMain(argc, argv, app, flags, [&](rpc::ServiceHost& host) -> absl::Status {
    if (!redis.empty()) {
      ASSIGN_OR_RETURN(options.redis, throughline::ParseHostPort(redis, "--redis"));
    }
    if (migrate) audit_options.path.clear();  // it is the running process's
    ASSIGN_OR_RETURN(const auto audit,
                     throughline::audit::AuditLog::Open(audit_options, host.metrics(),
                                                        throughline::Clock::Real()));
    options.audit = audit.get();
    ASSIGN_OR_RETURN(const auto module, router::RouterModule::Make(options, host.metrics(),
                                                                   throughline::Clock::Real()));
    if (migrate) return absl::OkStatus();  // opening the ledger was the work
    module->Register(host);
    return host.Serve();
  });
}
