#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_MEMORY_CLIENT_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_MEMORY_CLIENT_H_

#include <string>
#include <vector>

#include "common/base/task_gate.h"
#include "common/rpc/task_client.h"
#include "services/orchestrator/domain/ports.h"
#include "throughline/memory/v1/memory_service.grpc.pb.h"

namespace throughline::orchestrator {

// The requests that store a call, in the order to send them: one for all but very long calls. The
// last carries facts, analysis and profile; those before it hold only words, so that a reader never
// sees conclusions without their call. Each has an idempotency key of its own.
std::vector<throughline::memory::v1::RetainRequest> RetainRequests(const ComputedCall& call);

// MemoryPort over memory.v1. Thread-safe.
class MemoryClient final : public MemoryPort {
 public:
  explicit MemoryClient(const rpc::Connection& memory);

  Task<absl::StatusOr<Recollection>> Recall(const Context& context, const std::string& customer_id,
                                            const std::string& query) override;
  Task<absl::StatusOr<Retained>> Retain(const Context& context, const ComputedCall& call) override;
  absl::StatusOr<ProfileView> GetProfile(const Context& context,
                                         const std::string& customer_id) override;
  absl::StatusOr<deal::DealState> GetDeal(const Context& context,
                                          const std::string& customer_id) override;
  absl::StatusOr<ForgottenMemory> Forget(const Context& context, const CallKey& key) override;

 private:
  // Memory answers in milliseconds: a few at a time keep it busy, and a wave of calls waits here
  // rather than be refused there.
  static constexpr int kMaxCallsAtOnce = 64;

  rpc::TaskClient<throughline::memory::v1::MemoryService> client_;
  TaskGate gate_{kMaxCallsAtOnce};
};

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_CLIENTS_MEMORY_CLIENT_H_
