#ifndef THROUGHLINE_SERVICES_MEMORY_MEMORY_SERVICE_H_
#define THROUGHLINE_SERVICES_MEMORY_MEMORY_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "common/audit/audit_log.h"
#include "common/base/clock.h"
#include "common/observability/metrics.h"
#include "common/retention/sweeper.h"
#include "common/rpc/local_methods.h"
#include "common/rpc/offered_method.h"
#include "common/rpc/request_arena.h"
#include "common/rpc/runtime.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/cached_recall.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"

namespace throughline::memory {

// memory.v1.MemoryService: translates, nothing else.
class MemoryServiceImpl final : public v1::MemoryService::CallbackService {
 public:
  // Borrows everything. `audit` may be null: then nothing is recorded.
  MemoryServiceImpl(Memory& memory, store::CachedRecall& cached, MetricsRegistry& metrics,
                    const Clock& clock, audit::AuditLog* audit, retention::Sweeper& sweeper,
                    rpc::Runtime& runtime);

  // What callers in this process may call without a channel.
  void OfferTo(rpc::LocalMethods& methods);

  grpc::ServerUnaryReactor* Retain(grpc::CallbackServerContext* call,
                                   const v1::RetainRequest* request,
                                   v1::RetainResponse* response) override;
  grpc::ServerUnaryReactor* Recall(grpc::CallbackServerContext* call,
                                   const v1::RecallRequest* request,
                                   v1::RecallResponse* response) override;
  grpc::ServerUnaryReactor* BatchRecall(grpc::CallbackServerContext* call,
                                        const v1::BatchRecallRequest* request,
                                        v1::BatchRecallResponse* response) override;
  grpc::ServerUnaryReactor* GetProfile(grpc::CallbackServerContext* call,
                                       const v1::GetProfileRequest* request,
                                       v1::GetProfileResponse* response) override;
  grpc::ServerUnaryReactor* UpdateProfile(grpc::CallbackServerContext* call,
                                          const v1::UpdateProfileRequest* request,
                                          v1::UpdateProfileResponse* response) override;
  grpc::ServerUnaryReactor* ListProfileVersions(grpc::CallbackServerContext* call,
                                                const v1::ListProfileVersionsRequest* request,
                                                v1::ListProfileVersionsResponse* response) override;
  grpc::ServerUnaryReactor* GetDeal(grpc::CallbackServerContext* call,
                                    const v1::GetDealRequest* request,
                                    v1::GetDealResponse* response) override;
  grpc::ServerUnaryReactor* ListFacts(grpc::CallbackServerContext* call,
                                      const v1::ListFactsRequest* request,
                                      v1::ListFactsResponse* response) override;
  grpc::ServerUnaryReactor* GetFactHistory(grpc::CallbackServerContext* call,
                                           const v1::GetFactHistoryRequest* request,
                                           v1::GetFactHistoryResponse* response) override;
  grpc::ServerUnaryReactor* Invalidate(grpc::CallbackServerContext* call,
                                       const v1::InvalidateRequest* request,
                                       v1::InvalidateResponse* response) override;
  grpc::ServerUnaryReactor* Restore(grpc::CallbackServerContext* call,
                                    const v1::RestoreRequest* request,
                                    v1::RestoreResponse* response) override;
  grpc::ServerUnaryReactor* Forget(grpc::CallbackServerContext* call,
                                   const v1::ForgetRequest* request,
                                   v1::ForgetResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportResponse>* Export(grpc::CallbackServerContext* call,
                                                       const v1::ExportRequest* request) override;
  grpc::ServerUnaryReactor* Import(grpc::CallbackServerContext* call,
                                   const v1::ImportRequest* request,
                                   v1::ImportResponse* response) override;
  grpc::ServerUnaryReactor* ListCustomers(grpc::CallbackServerContext* call,
                                          const v1::ListCustomersRequest* request,
                                          v1::ListCustomersResponse* response) override;
  grpc::ServerUnaryReactor* PreviewRetention(grpc::CallbackServerContext* call,
                                             const v1::PreviewRetentionRequest* request,
                                             v1::PreviewRetentionResponse* response) override;

 private:
  absl::Status AnswerRetain(const Context& context, const grpc::CallbackServerContext* call,
                            const v1::RetainRequest& request, v1::RetainResponse& response);
  absl::Status AnswerRecall(const Context& context, const grpc::CallbackServerContext* call,
                            const v1::RecallRequest& request, v1::RecallResponse& response);
  absl::StatusOr<v1::RecallResponse> RecallOne(const Context& context,
                                               const v1::RecallRequest& request);
  absl::StatusOr<v1::RecallResponse> RecallCached(const Context& context,
                                                  const v1::RecallRequest& request,
                                                  const RecallQuery& query, int64_t version);
  void CountRows(absl::string_view operation, int64_t rows);
  void CountMeaning(MeaningUse use);

  Memory& memory_;
  store::CachedRecall& cached_;
  CounterFamily& facts_total_;
  HistogramFamily recall_seconds_;
  CounterFamily& meaning_total_;
  const Clock& clock_;
  audit::AuditLog* const audit_;
  retention::Sweeper& sweeper_;
  rpc::Runtime& runtime_;
  rpc::RequestArena<v1::RetainRequest, v1::RetainResponse> retain_requests_;
  rpc::UnaryMethod<v1::RetainRequest, v1::RetainResponse> retain_;
  rpc::UnaryMethod<v1::RecallRequest, v1::RecallResponse> recall_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_MEMORY_SERVICE_H_
