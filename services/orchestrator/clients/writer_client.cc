#include "services/orchestrator/clients/writer_client.h"

#include "common/base/status_macros.h"
#include "common/rpc/client_call.h"
#include "common/wire/deal.h"
#include "services/orchestrator/model_work.h"

namespace throughline::orchestrator {
namespace {

namespace writer_v1 = throughline::writer::v1;

// Longer than what the writer gives the router.
constexpr absl::Duration kWriterBudget = absl::Seconds(45);

}  // namespace

WriterClient::WriterClient(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(writer_v1::WriterService::NewStub(channel)) {}

absl::StatusOr<EmailAnswer> WriterClient::WriteEmail(
    const Context& context, const grounding::CallContext& call, const deal::Analysis& analysis,
    const std::optional<deal::CustomerProfile>& profile) {
  writer_v1::WriteEmailRequest request;
  *request.mutable_context() = wire::ToProto(call);
  *request.mutable_analysis() = wire::ToProto(analysis);
  if (profile) *request.mutable_profile() = wire::ToProto(*profile);
  ASSIGN_OR_RETURN(
      const writer_v1::WriteEmailResponse response,
      rpc::Invoke(context, *stub_, &writer_v1::WriterService::StubInterface::WriteEmail, request,
                  {.callee = "writer", .budget = kWriterBudget}));
  EmailAnswer answer{.email = wire::FromProto(response.email())};
  ReadModelWork(response, answer);
  return answer;
}

}  // namespace throughline::orchestrator
