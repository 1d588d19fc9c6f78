#ifndef THROUGHLINE_SERVICES_ORCHESTRATOR_CALL_CODEC_H_
#define THROUGHLINE_SERVICES_ORCHESTRATOR_CALL_CODEC_H_

#include "absl/status/statusor.h"
#include "services/orchestrator/domain/call.h"
#include "services/orchestrator/domain/jobs.h"
#include "services/orchestrator/domain/webhooks.h"
#include "throughline/orchestrator/v1/orchestrator_service.pb.h"

// Results as they travel and as the store keeps them. Pure and thread-safe.
namespace throughline::orchestrator {

throughline::orchestrator::v1::CallResult ToProto(const CallResult& value);
CallResult FromProto(const throughline::orchestrator::v1::CallResult& proto);

throughline::orchestrator::v1::PipelineStep ToProto(Step step);

throughline::orchestrator::v1::CallSummary ToSummary(const CallResult& value);

throughline::orchestrator::v1::CallSource ToProto(const CallSource& value);
// INVALID_ARGUMENT names the field that is malformed.
absl::StatusOr<CallSource> FromProto(const throughline::orchestrator::v1::CallSource& proto);

throughline::orchestrator::v1::Job ToProto(const Job& value);
throughline::orchestrator::v1::WebhookDelivery ToProto(const DeliveryRecord& value);

}  // namespace throughline::orchestrator

#endif  // THROUGHLINE_SERVICES_ORCHESTRATOR_CALL_CODEC_H_
