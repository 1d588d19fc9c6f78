#include "services/gateway/surfaces/native.h"

#include "services/gateway/surfaces/rpc_route.h"

namespace throughline::gateway {
namespace {

using Orchestrator = Upstream::Orchestrator::StubInterface;
using Memory = Upstream::Memory::StubInterface;
using Router = Upstream::Router::StubInterface;

std::vector<Route> WorkRoutes(const Upstream& upstream) {
  Orchestrator& orchestrator = upstream.orchestrator->stub();
  return {
      RpcRoute("POST", "/v1/ingest", Scope::kWrite,
               "Take a conversation; it is processed in the background", orchestrator,
               &Orchestrator::Ingest),
      RpcRoute("POST", "/v1/sessions", Scope::kRead, "A system prompt that knows the customer",
               orchestrator, &Orchestrator::StartSession),
      RpcRoute("GET", "/v1/jobs", Scope::kRead, "Background jobs, newest first", orchestrator,
               &Orchestrator::ListJobs),
      RpcRoute("GET", "/v1/jobs/{job_id}", Scope::kRead, "One job", orchestrator,
               &Orchestrator::GetJob),
      RpcRoute("POST", "/v1/jobs/{job_id}/cancel", Scope::kWrite, "Cancel a job", orchestrator,
               &Orchestrator::CancelJob),
      RpcRoute("POST", "/v1/jobs/{job_id}/retry", Scope::kWrite, "Queue a failed job again",
               orchestrator, &Orchestrator::RetryJob),
      RpcRoute("GET", "/v1/webhooks/deliveries", Scope::kRead,
               "What subscribers were told, or have yet to be told, newest first", orchestrator,
               &Orchestrator::ListWebhookDeliveries),
      RpcRoute("POST", "/v1/webhooks/deliveries/{delivery_id}/redeliver", Scope::kWrite,
               "Try a delivery that was given up again", orchestrator,
               &Orchestrator::RedeliverWebhook),
      RpcRoute("GET", "/v1/profile/{customer_id}", Scope::kRead, "What is known of a customer",
               orchestrator, &Orchestrator::GetProfile),
      RpcRoute("GET", "/v1/deals/{customer_id}", Scope::kRead,
               "What blocks the deal, who decides, and how it came to that", orchestrator,
               &Orchestrator::GetDeal),
      RpcRoute("GET", "/v1/customers/{customer_id}/calls", Scope::kRead,
               "A customer's calls, oldest first", orchestrator, &Orchestrator::ListCalls),
      RpcRoute("GET", "/v1/customers/{customer_id}/calls/{call_id}", Scope::kRead,
               "A call: what it gave, and its transcript", orchestrator, &Orchestrator::GetCall),
      RpcRoute("DELETE", "/v1/customers/{customer_id}", Scope::kWrite,
               "Forget a customer and all its calls, with a receipt", orchestrator,
               &Orchestrator::Forget),
      RpcRoute("DELETE", "/v1/customers/{customer_id}/calls/{call_id}", Scope::kWrite,
               "Forget a call and what was learnt of it, with a receipt", orchestrator,
               &Orchestrator::Forget),
  };
}

std::vector<Route> MemoryRoutes(const Upstream& upstream) {
  Memory& memory = *upstream.memory;
  return {
      RpcRoute("GET", "/v1/customers", Scope::kRead, "All customers", memory,
               &Memory::ListCustomers),
      RpcRoute("GET", "/v1/customers/{customer_id}/facts", Scope::kRead, "A customer's facts",
               memory, &Memory::ListFacts),
      RpcRoute("GET", "/v1/customers/{customer_id}/facts/{fact_id}/history", Scope::kRead,
               "Every value a fact has had", memory, &Memory::GetFactHistory),
      RpcRoute("POST", "/v1/customers/{customer_id}/facts/{fact_id}/invalidate", Scope::kWrite,
               "Close a fact that is wrong", memory, &Memory::Invalidate),
      RpcRoute("POST", "/v1/customers/{customer_id}/facts/{fact_id}/restore", Scope::kWrite,
               "Open an invalidated fact again", memory, &Memory::Restore),
      RpcRoute("POST", "/v1/customers/{customer_id}/recall", Scope::kRead,
               "The facts that bear on a question", memory, &Memory::Recall),
      RpcRoute("POST", "/v1/customers/{customer_id}/retain", Scope::kWrite,
               "Store facts and verbatim text", memory, &Memory::Retain),
      RpcRoute("GET", "/v1/customers/{customer_id}/profile/versions", Scope::kRead,
               "Every version of a profile", memory, &Memory::ListProfileVersions),
      RpcRoute("POST", "/v1/customers/{customer_id}/profile", Scope::kWrite,
               "Merge changes into a profile", memory, &Memory::UpdateProfile),
      RpcRoute("DELETE", "/v1/customers/{customer_id}/facts/{fact_id}", Scope::kWrite,
               "Forget a fact, with a receipt", memory, &Memory::Forget),
  };
}

std::vector<Route> RouterRoutes(const Upstream& upstream) {
  Router& router = upstream.router->stub();
  return {
      RpcRoute("POST", "/v1/complete", Scope::kComplete,
               "The cheapest answer that can be shown to be good", router, &Router::Complete),
      RpcRoute("POST", "/v1/decide", Scope::kRead, "How a prompt would be routed", router,
               &Router::Decide),
      RpcRoute("GET", "/v1/decisions", Scope::kRead, "Routing decisions, newest first", router,
               &Router::ListDecisions),
      RpcRoute("GET", "/v1/decisions/{decision_id}", Scope::kRead,
               "A decision: attempts, checks, scores, cost", router, &Router::GetDecision),
      RpcRoute("GET", "/v1/spend", Scope::kRead,
               "Cost and what the strongest model alone would have cost", router,
               &Router::GetSpend),
      RpcRoute("GET", "/v1/router/models", Scope::kRead, "The models of the cascades", router,
               &Router::ListModels),
  };
}

}  // namespace

std::vector<Route> NativeRoutes(const Upstream& upstream) {
  std::vector<Route> all = WorkRoutes(upstream);
  for (auto& group : {MemoryRoutes(upstream), RouterRoutes(upstream)}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace throughline::gateway
