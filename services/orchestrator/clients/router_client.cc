#include "services/orchestrator/clients/router_client.h"

#include "common/rpc/client_call.h"

namespace throughline::orchestrator {

absl::Status RouterClient::ForgetAnswers(const Context& context, const CallKey& key) {
  throughline::router::v1::ForgetAnswersRequest request;
  request.set_customer_id(key.customer_id);
  request.set_call_id(key.call_id);
  return rpc::Invoke(context, client_.stub(),
                     &throughline::router::v1::RouterService::StubInterface::ForgetAnswers, request,
                     {.callee = "router", .budget = context.Remaining()})
      .status();
}

}  // namespace throughline::orchestrator
