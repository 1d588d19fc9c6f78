#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_REGISTER_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_REGISTER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/span.h"
#include "common/observability/metrics.h"
#include "common/rpc/service_runner.h"

namespace throughline::orchestrator {

struct OrchestratorOptions {
  // "sqlite:FOLDER" (made when missing; for one process) or "postgres:FILE" (the file holds libpq's
  // connection string; replicas share the database).
  std::string store = "sqlite:data";
  // Take SQLite's folder for this process alone. Off where the folder is held already.
  bool lock_folder = true;
  // How long after its last sign of life a process's calls are taken over by others.
  absl::Duration lease = absl::Seconds(15);
  int max_background_calls = 128;    // at a time
  std::string webhooks;              // file of subscriptions; empty: none
  std::string retention;             // file of rules; empty: everything is kept
  int max_jobs = 10'000;             // unfinished ones, in the whole store
  audit::AuditLog* audit = nullptr;  // borrowed; null: nothing is recorded
  Tracer* tracer = nullptr;          // takes the spans of background jobs; null: none are recorded
};

struct OrchestratorConnections {
  rpc::Connection memory;
  rpc::Connection analyst;
  rpc::Connection writer;
  rpc::Connection router;
};

// The orchestrator, ready to be hosted by its own process or beside others. From Make on it
// processes, in the background, what is queued and what processes that died left behind.
class OrchestratorModule {
 public:
  // Borrows `metrics`. INVALID_ARGUMENT names --store; other errors name the folder,
  // the file or the server.
  static absl::StatusOr<std::unique_ptr<OrchestratorModule>> Make(
      const OrchestratorOptions& options, MetricsRegistry& metrics, const Clock& clock,
      const OrchestratorConnections& connections);
  // Brings the schema of the store up to date and does nothing else. Errors as Make's.
  static absl::Status Migrate(const OrchestratorOptions& options);
  ~OrchestratorModule();

  // Adds the service to `host`, which starts later and shuts down before this goes; calls that
  // outlast its shutdown are handed over. May be called for several hosts.
  void Register(rpc::ServiceHost& host);

  // Leaves the calls under way to the next process, as the end of a host's drain does: for hosts
  // whose channels end at once when they shut down. Their callers hear of it.
  void HandOver();

 private:
  struct Parts;
  explicit OrchestratorModule(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_REGISTER_H_
