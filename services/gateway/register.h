#ifndef THROUGHLINE_SERVICES_GATEWAY_REGISTER_H_
#define THROUGHLINE_SERVICES_GATEWAY_REGISTER_H_

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/span.h"
#include "common/observability/metrics.h"
#include "common/rpc/local_methods.h"
#include "services/gateway/auth/api_keys.h"

namespace throughline::gateway {

struct GatewayOptions {
  std::string host = "127.0.0.1";
  int port = 8080;            // 0 lets the system choose
  std::string api_keys_file;  // empty: no keys, and only this machine may call
  std::string tenant = "default";
  std::vector<std::string> cors_origins;
  double requests_per_second = 0;    // of each key that names no limit; 0: no limit
  std::string console_dir;           // the built console; empty: none
  audit::AuditLog* audit = nullptr;  // borrowed; null: nothing is recorded
  Tracer* tracer = nullptr;          // takes the spans of requests; null: none are recorded
};

// Adds --api-keys, --cors-origin, --requests-per-second and --console, each with its THROUGHLINE_*
// variable.
void AddGatewayFlags(CLI::App& app, GatewayOptions& options);

// A new key for the file that --api-keys names; see ApiKeys for `id`, `tenant` and the scopes
// ("read,write"). INVALID_ARGUMENT names the one that is wrong.
absl::StatusOr<NewApiKey> MakeApiKey(absl::string_view id, absl::string_view tenant,
                                     absl::string_view scopes);

// The keys of such a file, and one of them taken out of it: see ApiKeys::List and RevokeKey.
absl::StatusOr<std::vector<ApiKeyEntry>> ListApiKeys(const std::string& path);
absl::Status RevokeApiKey(const std::string& path, absl::string_view id);

struct GatewayConnections {
  rpc::Connection orchestrator;
  rpc::Connection memory;
  rpc::Connection router;
};

// The HTTP front door. The connections lead to services that trust our tenant metadata.
class GatewayModule {
 public:
  // Serves from here on. Errors name the flag. Borrows `metrics` and `clock`.
  static absl::StatusOr<std::unique_ptr<GatewayModule>> Start(
      const GatewayOptions& options, MetricsRegistry& metrics, const Clock& clock,
      const GatewayConnections& connections);
  // Shuts down without patience if that has not been done.
  ~GatewayModule();

  // "host:port" in use.
  std::string address() const;
  // Takes no further requests and lets those under way end within `patience`. Idempotent;
  // says whether they did.
  bool Shutdown(absl::Duration patience);

 private:
  struct Parts;
  explicit GatewayModule(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_REGISTER_H_
