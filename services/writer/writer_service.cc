#include "services/writer/writer_service.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/base/task_macros.h"
#include "common/wire/call_work.h"
#include "common/wire/deal.h"
#include "common/wire/repeated.h"

namespace throughline::writer {
namespace {

absl::StatusOr<EmailTask> ReadTask(const v1::WriteEmailRequest& request) {
  EmailTask task;
  ASSIGN_OR_RETURN(task.call, wire::ReadCallContext(request.context(), "context"));
  if (!request.has_analysis()) {
    return InvalidField("analysis", "the call's analysis", "ask the analyst first");
  }
  if (request.alternatives() < 0 || request.alternatives() > kMaxAlternatives) {
    return InvalidField("alternatives", absl::StrCat("0 to ", kMaxAlternatives),
                        "ask for fewer versions");
  }
  task.analysis = wire::FromProto(request.analysis());
  if (!task.analysis.is_sales_call) {
    return InvalidField("analysis.not_a_sales_call", "a sales call",
                        "write no follow-up to other calls");
  }
  task.profile = wire::FromProto(request.profile());
  return task;
}

}  // namespace

WriterServiceImpl::WriterServiceImpl(Writer& writer, rpc::Runtime& runtime)
    : writer_(writer),
      write_email_(runtime, requests_, "throughline.writer.v1.WriterService/WriteEmail",
                   std::bind_front(&WriterServiceImpl::AnswerWriteEmail, this)) {
  SetMessageAllocatorFor_WriteEmail(&write_requests_);
}

grpc::ServerUnaryReactor* WriterServiceImpl::WriteEmail(grpc::CallbackServerContext* call,
                                                        const v1::WriteEmailRequest* request,
                                                        v1::WriteEmailResponse* response) {
  return write_email_.Start(call, request, response);
}

Task<absl::Status> WriterServiceImpl::AnswerWriteEmail(const Context& context,
                                                       const v1::WriteEmailRequest& request,
                                                       v1::WriteEmailResponse& response) {
  CO_ASSIGN_OR_RETURN(const EmailTask task, ReadTask(request));
  CO_ASSIGN_OR_RETURN(const WrittenEmail written,
                      co_await writer_.Write(context, task, request.alternatives()));
  *response.mutable_email() = wire::ToProto(written.email);
  wire::AppendAll(written.alternatives, response.mutable_alternatives());
  for (const grounding::RoutedDecision& decision : written.decisions) {
    *response.add_decisions() = wire::ToProto(decision);
  }
  for (const grounding::DroppedClaim& claim : written.dropped) {
    *response.add_dropped() = wire::ToProto(claim);
  }
  co_return absl::OkStatus();
}

}  // namespace throughline::writer
