#ifndef THROUGHLINE_SERVICES_WRITER_REGISTER_H_
#define THROUGHLINE_SERVICES_WRITER_REGISTER_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "common/rpc/local_methods.h"
#include "common/rpc/service_runner.h"

namespace throughline::writer {

struct WriterOptions {};

// The writer, ready to be hosted by its own process or beside others.
class WriterModule {
 public:
  // `router` leads to router.v1.RouterService. Borrows `metrics` and `clock`.
  static absl::StatusOr<std::unique_ptr<WriterModule>> Make(const WriterOptions& options,
                                                            MetricsRegistry& metrics,
                                                            const Clock& clock,
                                                            const rpc::Connection& router);
  ~WriterModule();

  // Adds the service to `host`, which starts later and shuts down before this goes. May be called
  // for several hosts.
  void Register(rpc::ServiceHost& host);

 private:
  struct Parts;
  explicit WriterModule(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::writer

#endif  // THROUGHLINE_SERVICES_WRITER_REGISTER_H_
