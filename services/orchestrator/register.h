#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_REGISTER_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_REGISTER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "common/rpc/service_runner.h"

namespace throughline::orchestrator {

struct OrchestratorOptions {
  std::string data_dir = "data";  // made when it is not there; holds orchestrator.db
};

struct OrchestratorChannels {
  std::shared_ptr<grpc::Channel> memory;
  std::shared_ptr<grpc::Channel> analyst;
  std::shared_ptr<grpc::Channel> writer;
};

// The orchestrator, ready to be hosted by its own process or beside others. From Make on it saves,
// in the background, what an earlier process left unsaved.
class OrchestratorModule {
 public:
  // Borrows `metrics`. Errors name the data directory and what to do about it.
  static absl::StatusOr<std::unique_ptr<OrchestratorModule>> Make(
      const OrchestratorOptions& options, MetricsRegistry& metrics, const Clock& clock,
      const OrchestratorChannels& channels);
  ~OrchestratorModule();

  // Adds the service to `host`, which starts later and shuts down before this goes. May be called
  // for several hosts.
  void Register(rpc::ServiceHost& host);

 private:
  struct Parts;
  explicit OrchestratorModule(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_REGISTER_H_
