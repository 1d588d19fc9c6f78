#include "common/rpc/client_call.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/observability/json_log.h"
#include "common/rpc/metadata.h"

namespace throughline::rpc {
namespace {

// gRPC ends the process on a header value that HTTP does not allow.
void AddMetadata(grpc::ClientContext& call, const char* key, const std::string& value) {
  const bool allowed = std::all_of(value.begin(), value.end(),
                                   [](unsigned char c) { return absl::ascii_isgraph(c); });
  if (!value.empty() && allowed) call.AddMetadata(key, value);
}

absl::string_view OrServer(const std::string& callee) {
  return callee.empty() ? absl::string_view("the server") : absl::string_view(callee);
}

// The method that takes the message, as "package.Service/Method"; empty for none.
std::string MethodOf(const google::protobuf::Descriptor& request) {
  const google::protobuf::FileDescriptor& file = *request.file();
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      const google::protobuf::MethodDescriptor& method = *service.method(j);
      if (method.input_type() == &request) {
        return absl::StrCat(service.full_name(), "/", method.name());
      }
    }
  }
  return "";
}

std::string SpanName(const Context& context, const google::protobuf::Descriptor& request) {
  return context.tracer() == nullptr ? "" : MethodOf(request);
}

void Describe(Span& span, const CallOptions& options, const google::protobuf::Descriptor& request) {
  if (!span.is_recorded()) return;
  const std::vector<std::string> method = absl::StrSplit(MethodOf(request), '/');
  span.Set("rpc.system", "grpc");
  span.Set("rpc.service", method.front());
  span.Set("rpc.method", method.back());
  span.Set("peer.service", options.callee);
}

}  // namespace

ClientCall::ClientCall(const Context& context, const CallOptions& options,
                       const google::protobuf::Descriptor* request)
    : span_(context, SpanName(context, *request), "", SpanKind::kClient),
      callee_(options.callee),
      on_cancel_(context, [this] {
        cancelled_ = true;
        client_context_.TryCancel();
      }) {
  // From the time that is left rather than the context's clock, which may be a test's.
  const absl::Duration budget = std::min(options.budget, context.Remaining());
  client_context_.set_deadline(absl::ToChronoTime(Clock::Real().Now() + budget));
  client_context_.set_wait_for_ready(options.wait_for_ready);
  AddMetadata(client_context_, kRequestIdKey, context.request_id());
  AddMetadata(client_context_, kTraceParentKey, span_.context().traceparent());
  AddMetadata(client_context_, kTenantKey, context.tenant());
  AddMetadata(client_context_, kActorKey, context.actor());
  Describe(span_, options, *request);
}

absl::Status ClientCall::Result(const grpc::Status& status) { return span_.Note(StatusOf(status)); }

absl::Status ClientCall::StatusOf(const grpc::Status& status) const {
  // Our servers always send details; without them it is the transport that speaks.
  if (!status.error_details().empty()) return FromGrpc(status);
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      Log(Severity::kDebug, "call failed",
          {{"callee", callee_}, {"error", status.error_message()}});
      return absl::UnavailableError(absl::StrCat(OrServer(callee_), " cannot be reached"));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::DeadlineExceededError(
          absl::StrCat(OrServer(callee_), " did not answer in time"));
    case grpc::StatusCode::CANCELLED:
      if (!cancelled_) {
        return absl::UnavailableError(
            absl::StrCat(OrServer(callee_), " cut the call off, as one that shuts down does"));
      }
      return absl::CancelledError(
          absl::StrCat("the call to ", OrServer(callee_), " was cancelled"));
    default:
      return FromGrpc(status);
  }
}

LocalCall::LocalCall(const Context& context, const CallOptions& options,
                     const google::protobuf::Descriptor* request)
    : span_(context, SpanName(context, *request), "", SpanKind::kClient),
      context_(span_.context().WithBudget(options.budget)) {
  Describe(span_, options, *request);
}

}  // namespace throughline::rpc
