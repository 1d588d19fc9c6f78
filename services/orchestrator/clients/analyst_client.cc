#include "services/orchestrator/clients/analyst_client.h"

#include "common/base/task_macros.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"
#include "services/orchestrator/model_work.h"

namespace throughline::orchestrator {
namespace {

namespace analyst_v1 = throughline::analyst::v1;
using AnalystStub = analyst_v1::AnalystService::StubInterface::async_interface;

// Longer than what the analyst gives the router.
constexpr absl::Duration kAnalystBudget = absl::Seconds(55);

}  // namespace

AnalystClient::AnalystClient(const rpc::Connection& analyst) : client_(analyst) {}

Task<absl::StatusOr<AnalysisAnswer>> AnalystClient::Analyze(const Context& context,
                                                            const grounding::CallContext& call) {
  analyst_v1::AnalyzeRequest request;
  *request.mutable_context() = wire::ToProto(call);
  const rpc::CallOptions options{.callee = "analyst", .budget = kAnalystBudget};
  CO_ASSIGN_OR_RETURN(const analyst_v1::AnalyzeResponse response,
                      co_await client_.Call(context, &AnalystStub::Analyze, request, options));
  AnalysisAnswer answer{.analysis = wire::FromProto(response.analysis())};
  ReadModelWork(response, answer);
  co_return answer;
}

Task<absl::StatusOr<FactsAnswer>> AnalystClient::ExtractFacts(const Context& context,
                                                              const grounding::CallContext& call) {
  analyst_v1::ExtractFactsRequest request;
  *request.mutable_context() = wire::ToProto(call);
  const rpc::CallOptions options{.callee = "analyst", .budget = kAnalystBudget};
  CO_ASSIGN_OR_RETURN(const analyst_v1::ExtractFactsResponse response,
                      co_await client_.Call(context, &AnalystStub::ExtractFacts, request, options));
  FactsAnswer answer{.facts = wire::CollectAll(response.extracted().facts()),
                     .profile_changes = wire::FromProto(response.extracted().profile_changes())};
  ReadModelWork(response, answer);
  co_return answer;
}

}  // namespace throughline::orchestrator
