#include "services/orchestrator/clients/writer_client.h"

#include "common/base/task_macros.h"
#include "common/wire/deal.h"
#include "services/orchestrator/model_work.h"

namespace throughline::orchestrator {
namespace {

namespace writer_v1 = throughline::writer::v1;

// Longer than what the writer gives the router.
constexpr absl::Duration kWriterBudget = absl::Seconds(45);

}  // namespace

WriterClient::WriterClient(const rpc::Connection& writer) : client_(writer) {}

Task<absl::StatusOr<EmailAnswer>> WriterClient::WriteEmail(
    const Context& context, const grounding::CallContext& call, const deal::Analysis& analysis,
    const std::optional<deal::CustomerProfile>& profile) {
  writer_v1::WriteEmailRequest request;
  *request.mutable_context() = wire::ToProto(call);
  *request.mutable_analysis() = wire::ToProto(analysis);
  if (profile) *request.mutable_profile() = wire::ToProto(*profile);
  const rpc::CallOptions options{.callee = "writer", .budget = kWriterBudget};
  CO_ASSIGN_OR_RETURN(
      const writer_v1::WriteEmailResponse response,
      co_await client_.Call(context,
                            &writer_v1::WriterService::StubInterface::async_interface::WriteEmail,
                            request, options));
  EmailAnswer answer{.email = wire::FromProto(response.email())};
  ReadModelWork(response, answer);
  co_return answer;
}

}  // namespace throughline::orchestrator
