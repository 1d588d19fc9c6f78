#ifndef THROUGHLINE_SERVICES_GATEWAY_GATEWAY_H_
#define THROUGHLINE_SERVICES_GATEWAY_GATEWAY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/base/context.h"
#include "common/base/span.h"
#include "common/base/task.h"
#include "common/observability/metrics.h"
#include "services/gateway/auth/api_keys.h"
#include "services/gateway/auth/rate_limiter.h"
#include "services/gateway/auth/refusals.h"
#include "services/gateway/http/server.h"
#include "services/gateway/routes.h"

namespace throughline::gateway {

// What surrounds every route: identity, limits, headers, errors, metrics, one log line. Holds no
// logic of the product. Thread-safe.
class Gateway {
 public:
  struct Options {
    std::string tenant = "default";         // of every request when there are no keys
    std::vector<std::string> cors_origins;  // "https://app.example.com"; "*" for any
    double requests_per_second = 0;         // of each key that names no limit; 0: no limit
    absl::Duration max_budget = absl::Minutes(2);
    Tracer* tracer = nullptr;  // takes the spans of requests; null: none are recorded
  };

  // `keys` may be null: then everybody on this machine is let in, as `options.tenant`; `audit`,
  // too: then nothing is recorded. Borrows all.
  Gateway(Options options, const RouteTable& routes, ApiKeys* keys, audit::AuditLog* audit,
          MetricsRegistry& metrics, const Clock& clock);

  // Answers one request. For HttpServer.
  Task<Handled> Handle(const HttpRequest& request, Responder& responder);
  // As HttpServer asks it.
  bool BeginsAtOnce(const HttpRequest& request) const;

 private:
  class Handling;

  absl::StatusOr<Principal> Identify(const HttpRequest& request, const Route& route);
  absl::Status Admit(const HttpRequest& request, const Route& route, Principal& principal);
  absl::Status CheckOrigin(const HttpRequest& request) const;
  bool AllowsOrigin(absl::string_view origin) const;
  void AddCors(const HttpRequest& request, HttpResponse& response) const;
  HttpResponse Preflight(const HttpRequest& request) const;
  Context MakeContext(const TraceEntry& trace, const std::string& request_id,
                      const Principal& principal, const Responder& responder) const;

  const Options options_;
  const RouteTable& routes_;
  ApiKeys* const keys_;
  const Clock& clock_;
  RateLimiter limiter_;
  Refusals refusals_;
  LabelledCounter handled_;
  LabelledHistogram seconds_;
};

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_GATEWAY_H_
