#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_ANALYST_CLIENT_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_ANALYST_CLIENT_H_

#include "common/rpc/task_client.h"
#include "services/orchestrator/domain/ports.h"
#include "throughline/analyst/v1/analyst_service.grpc.pb.h"

namespace throughline::orchestrator {

// AnalystPort over analyst.v1. Thread-safe.
class AnalystClient final : public AnalystPort {
 public:
  explicit AnalystClient(const rpc::Connection& analyst);

  Task<absl::StatusOr<AnalysisAnswer>> Analyze(const Context& context,
                                               const grounding::CallContext& call) override;
  Task<absl::StatusOr<FactsAnswer>> ExtractFacts(const Context& context,
                                                 const grounding::CallContext& call) override;

 private:
  rpc::TaskClient<throughline::analyst::v1::AnalystService> client_;
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_ANALYST_CLIENT_H_
