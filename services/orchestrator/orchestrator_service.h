#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_ORCHESTRATOR_SERVICE_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_ORCHESTRATOR_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>

#include "absl/status/statusor.h"
#include "common/audit/audit_log.h"
#include "common/base/task.h"
#include "common/retention/sweeper.h"
#include "common/rpc/runtime.h"
#include "common/rpc/task_call.h"
#include "services/orchestrator/domain/erasure.h"
#include "services/orchestrator/domain/job_runner.h"
#include "services/orchestrator/domain/jobs.h"
#include "services/orchestrator/domain/ports.h"
#include "services/orchestrator/domain/webhooks.h"
#include "services/orchestrator/pipeline_metrics.h"
#include "throughline/orchestrator/v1/orchestrator_service.grpc.pb.h"

namespace throughline::orchestrator {

// Calls being processed, or waiting for their turn, while their callers wait; the next ones are
// refused.
inline constexpr int kMaxCallsInFlight = 4096;

// orchestrator.v1 over a JobRunner and its ports. Borrows everything; all of it outlives the
// server.
class OrchestratorServiceImpl final
    : public throughline::orchestrator::v1::OrchestratorService::CallbackService {
 public:
  struct Parts {
    MemoryPort& memory;
    CallStore& store;
    JobRunner& runner;
    JobStore& jobs;
    Erasure& erasure;
    DeliveryStore& deliveries;
    retention::Sweeper& sweeper;
    PipelineMetrics& metrics;
    std::function<void()> job_taken;  // called when a job has been stored
    audit::AuditLog* audit;           // null: nothing is recorded
  };

  // The steps of calls run on `pipeline_runtime`, reads on `read_runtime`.
  OrchestratorServiceImpl(Parts parts, rpc::Runtime& pipeline_runtime, rpc::Runtime& read_runtime)
      : parts_(parts), pipeline_runtime_(pipeline_runtime), read_runtime_(read_runtime) {}

  grpc::ServerUnaryReactor* ProcessCall(grpc::CallbackServerContext* call,
                                        const v1::ProcessCallRequest* request,
                                        v1::ProcessCallResponse* response) override;
  grpc::ServerWriteReactor<v1::StreamProcessCallResponse>* StreamProcessCall(
      grpc::CallbackServerContext* call, const v1::StreamProcessCallRequest* request) override;
  grpc::ServerUnaryReactor* Ingest(grpc::CallbackServerContext* call,
                                   const v1::IngestRequest* request,
                                   v1::IngestResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* call,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* call,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* call,
                                      const v1::CancelJobRequest* request,
                                      v1::CancelJobResponse* response) override;
  grpc::ServerUnaryReactor* RetryJob(grpc::CallbackServerContext* call,
                                     const v1::RetryJobRequest* request,
                                     v1::RetryJobResponse* response) override;
  grpc::ServerUnaryReactor* StartSession(grpc::CallbackServerContext* call,
                                         const v1::StartSessionRequest* request,
                                         v1::StartSessionResponse* response) override;
  grpc::ServerUnaryReactor* GetProfile(grpc::CallbackServerContext* call,
                                       const v1::GetProfileRequest* request,
                                       v1::GetProfileResponse* response) override;
  grpc::ServerUnaryReactor* GetCall(grpc::CallbackServerContext* call,
                                    const v1::GetCallRequest* request,
                                    v1::GetCallResponse* response) override;
  grpc::ServerUnaryReactor* ListCalls(grpc::CallbackServerContext* call,
                                      const v1::ListCallsRequest* request,
                                      v1::ListCallsResponse* response) override;
  grpc::ServerUnaryReactor* GetDeal(grpc::CallbackServerContext* call,
                                    const v1::GetDealRequest* request,
                                    v1::GetDealResponse* response) override;
  grpc::ServerUnaryReactor* ListWebhookDeliveries(
      grpc::CallbackServerContext* call, const v1::ListWebhookDeliveriesRequest* request,
      v1::ListWebhookDeliveriesResponse* response) override;
  grpc::ServerUnaryReactor* RedeliverWebhook(grpc::CallbackServerContext* call,
                                             const v1::RedeliverWebhookRequest* request,
                                             v1::RedeliverWebhookResponse* response) override;
  grpc::ServerUnaryReactor* Forget(grpc::CallbackServerContext* call,
                                   const v1::ForgetRequest* request,
                                   v1::ForgetResponse* response) override;
  grpc::ServerUnaryReactor* PreviewRetention(grpc::CallbackServerContext* call,
                                             const v1::PreviewRetentionRequest* request,
                                             v1::PreviewRetentionResponse* response) override;

 private:
  Task<absl::StatusOr<CallResult>> Process(const Context& context,
                                           const grpc::CallbackServerContext* call,
                                           const v1::CallSource& source, StepObserver& observer);
  Task<absl::StatusOr<Erased>> Erase(const Context& context, const v1::ForgetRequest& request);

  const Parts parts_;
  rpc::Runtime& pipeline_runtime_;
  rpc::Runtime& read_runtime_;
  rpc::TaskLimit calls_{kMaxCallsInFlight};
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_ORCHESTRATOR_SERVICE_H_
