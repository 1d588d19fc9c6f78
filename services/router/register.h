#ifndef THROUGHLINE_SERVICES_ROUTER_REGISTER_H_
#define THROUGHLINE_SERVICES_ROUTER_REGISTER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/host_port.h"
#include "common/observability/metrics.h"
#include "common/rpc/service_runner.h"

namespace throughline::router {

struct RouterOptions {
  std::string data_dir;     // directory for router.db; made when it does not exist
  std::string config_path;  // YAML, read again when it changes; empty: the built-in configuration
  std::optional<HostPort> redis;    // answers that tasks may cache; unset: nothing is cached
  std::string redis_password_file;  // empty: no password
  std::string redis_tls_ca_file;    // empty: plain text
  std::string conninfo_file;  // holds PostgreSQL's connection string; empty: SQLite in data_dir
  // Of SQLite: wait for the disk before every answer, instead of syncing within milliseconds.
  bool sync_each_decision = false;
  std::string retention;             // file of rules; empty: every decision is kept
  audit::AuditLog* audit = nullptr;  // borrowed, for what is erased; null: nothing is recorded
};

// The router, ready to be hosted by its own process or beside others.
class RouterModule {
 public:
  // Reads the configuration and opens the ledger; errors name the file and the place. Borrows
  // `metrics` and `clock`.
  static absl::StatusOr<std::unique_ptr<RouterModule>> Make(const RouterOptions& options,
                                                            MetricsRegistry& metrics,
                                                            const Clock& clock);
  ~RouterModule();

  // Adds the service to `host`, which starts later and shuts down before this goes; healthy while
  // the ledger can be read. May be called for several hosts.
  void Register(rpc::ServiceHost& host);

 private:
  struct Parts;
  explicit RouterModule(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_REGISTER_H_
