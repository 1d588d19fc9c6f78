#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "common/audit/audited.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/rpc/unary_call.h"
#include "services/orchestrator/call_codec.h"
#include "services/orchestrator/domain/intake.h"
#include "services/orchestrator/orchestrator_service.h"
#include "services/orchestrator/service_support.h"

// The handlers of what subscribers are told.
namespace throughline::orchestrator {
namespace {

constexpr size_t kMaxSubscriptionBytes = 200;

absl::StatusOr<DeliveryFilter> ReadFilter(const v1::ListWebhookDeliveriesRequest& request) {
  DeliveryFilter filter{.subscription = request.subscription(),
                        .customer_id = request.customer_id()};
  if (filter.subscription.size() > kMaxSubscriptionBytes) {
    return InvalidField("subscription", "the id of a subscription",
                        "correct it, or leave it out for all");
  }
  if (!filter.customer_id.empty()) RETURN_IF_ERROR(CheckCustomerId(filter.customer_id));
  switch (request.state()) {
    case v1::WEBHOOK_DELIVERY_STATE_UNSPECIFIED:
      return filter;
    case v1::WEBHOOK_DELIVERY_STATE_WAITING:
      filter.state = DeliveryState::kWaiting;
      return filter;
    case v1::WEBHOOK_DELIVERY_STATE_DELIVERED:
      filter.state = DeliveryState::kDelivered;
      return filter;
    case v1::WEBHOOK_DELIVERY_STATE_GIVEN_UP:
      filter.state = DeliveryState::kGivenUp;
      return filter;
    default:
      return InvalidField("state", "a WebhookDeliveryState", "correct it, or leave it out for all");
  }
}

}  // namespace

grpc::ServerUnaryReactor* OrchestratorServiceImpl::ListWebhookDeliveries(
    grpc::CallbackServerContext* call, const v1::ListWebhookDeliveriesRequest* request,
    v1::ListWebhookDeliveriesResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("ListWebhookDeliveries"),
      [=, this](const Context& context) -> absl::Status {
        ASSIGN_OR_RETURN(const int page_size, Bounded("page_size", request->page_size(),
                                                      kDefaultPageSize, 1, kMaxPageSize));
        ASSIGN_OR_RETURN(const DeliveryFilter filter, ReadFilter(*request));
        ASSIGN_OR_RETURN(const DeliveryPage page,
                         parts_.deliveries.List(context, filter, page_size, request->page_token()));
        for (const DeliveryRecord& record : page.deliveries) {
          *response->add_deliveries() = ToProto(record);
        }
        response->set_next_page_token(page.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OrchestratorServiceImpl::RedeliverWebhook(
    grpc::CallbackServerContext* call, const v1::RedeliverWebhookRequest* request,
    v1::RedeliverWebhookResponse* response) {
  return rpc::UnaryCall::Start(
      read_runtime_, call, Method("RedeliverWebhook"),
      [=, this](const Context& context) -> absl::Status {
        return audit::Audited(parts_.audit, context, call,
                              OnId("redeliver_webhook", "delivery_id", request->delivery_id()),
                              audit::When::kSoon, [&](audit::Record&) -> absl::Status {
                                int64_t sequence = 0;
                                if (!absl::SimpleAtoi(request->delivery_id(), &sequence)) {
                                  return InvalidField("delivery_id", "the id of a delivery",
                                                      "send one that ListWebhookDeliveries gave");
                                }
                                ASSIGN_OR_RETURN(const DeliveryRecord record,
                                                 parts_.deliveries.Redeliver(context, sequence));
                                *response->mutable_delivery() = ToProto(record);
                                return absl::OkStatus();
                              });
      });
}

}  // namespace throughline::orchestrator
