#ifndef THROUGHLINE_SERVICES_ANALYST_REGISTER_H_
#define THROUGHLINE_SERVICES_ANALYST_REGISTER_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "common/rpc/local_methods.h"
#include "common/rpc/service_runner.h"

namespace throughline::analyst {

struct AnalystOptions {};

// The analyst, ready to be hosted by its own process or beside others.
class AnalystModule {
 public:
  // `router` leads to router.v1.RouterService. Borrows `metrics` and `clock`.
  static absl::StatusOr<std::unique_ptr<AnalystModule>> Make(const AnalystOptions& options,
                                                             MetricsRegistry& metrics,
                                                             const Clock& clock,
                                                             const rpc::Connection& router);
  ~AnalystModule();

  // Adds the service to `host`, which starts later and shuts down before this goes. May be called
  // for several hosts.
  void Register(rpc::ServiceHost& host);

 private:
  struct Parts;
  explicit AnalystModule(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::analyst

#endif  // THROUGHLINE_SERVICES_ANALYST_REGISTER_H_
