#include <string>

#include "common/audit/audited.h"
#include "common/base/status_macros.h"
#include "common/base/task_macros.h"
#include "common/rpc/task_call.h"
#include "common/wire/time.h"
#include "services/orchestrator/domain/intake.h"
#include "services/orchestrator/orchestrator_service.h"
#include "services/orchestrator/service_support.h"

// The handler that forgets.
namespace throughline::orchestrator {
namespace {

v1::ForgetResponse ToProto(const Erased& erased) {
  v1::ForgetResponse receipt;
  receipt.set_receipt_id(erased.memory.receipt_id);
  *receipt.mutable_forgotten_at() = wire::ToTimestamp(erased.memory.forgotten_at);
  receipt.set_facts(erased.memory.facts);
  receipt.set_blockers(erased.memory.blockers);
  receipt.set_stakeholders(erased.memory.stakeholders);
  receipt.set_profile_versions(erased.memory.profile_versions);
  receipt.set_cache_entries(erased.memory.cache_entries);
  receipt.set_calls(erased.calls.calls);
  receipt.set_jobs(erased.calls.jobs);
  receipt.set_deliveries(erased.calls.deliveries);
  return receipt;
}

audit::Record OnErasure(const v1::ForgetRequest& request) {
  audit::Record record = OnCall("forget", request.customer_id());
  if (!request.call_id().empty()) record.objects.emplace_back("call_id", request.call_id());
  return record;
}

}  // namespace

Task<absl::StatusOr<Erased>> OrchestratorServiceImpl::Erase(const Context& context,
                                                            const v1::ForgetRequest& request) {
  CO_RETURN_IF_ERROR(CheckCustomerId(request.customer_id()));
  if (!request.call_id().empty()) CO_RETURN_IF_ERROR(CheckCallId(request.call_id()));
  const CallKey key{.tenant = context.tenant(),
                    .customer_id = request.customer_id(),
                    .call_id = request.call_id()};
  co_return co_await parts_.erasure.Forget(context, key);
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::Forget(grpc::CallbackServerContext* call,
                                                          const v1::ForgetRequest* request,
                                                          v1::ForgetResponse* response) {
  // Others erase while a thread waits: none of the pipeline's.
  return rpc::TaskCall::Start(
      read_runtime_, calls_, call, Method("Forget"),
      [=, this](const Context& context) -> Task<absl::Status> {
        audit::Act act(parts_.audit, context, call, OnErasure(*request));
        CO_RETURN_IF_ERROR(act.Admit());
        const absl::StatusOr<Erased> erased = co_await Erase(context, *request);
        if (erased.ok()) {
          *response = ToProto(*erased);
          act.record().objects.emplace_back("receipt_id", erased->memory.receipt_id);
          act.record().counts = {{"calls", erased->calls.calls},
                                 {"jobs", erased->calls.jobs},
                                 {"deliveries", erased->calls.deliveries}};
        }
        co_return act.End(erased.status(), audit::When::kBeforeTheAnswer);
      });
}

}  // namespace throughline::orchestrator
