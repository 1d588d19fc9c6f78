#include "common/rpc/malformed_requests.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/stubs/logging.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/errors.h"
#include "common/observability/json_log.h"
#include "common/rpc/status_mapping.h"

namespace throughline::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// The full name of the string field over which the last request on this thread failed to parse.
// libprotobuf tells it to the log alone, in the middle of parsing.
thread_local std::string unreadable_field;

// "a.b.Request.name" out of "String field 'a.b.Request.name' contains invalid UTF-8 data when
// parsing a protocol buffer. …"; empty for any other message.
absl::string_view UnreadableFieldIn(absl::string_view message) {
  if (!absl::ConsumePrefix(&message, "String field '") ||
      !absl::StrContains(message, "when parsing")) {
    return "";
  }
  return message.substr(0, message.find('\''));
}

Severity SeverityOf(google::protobuf::LogLevel level) {
  switch (level) {
    case google::protobuf::LOGLEVEL_INFO:
      return Severity::kInfo;
    case google::protobuf::LOGLEVEL_WARNING:
      return Severity::kWarning;
    default:
      return Severity::kError;
  }
}

void TakeProtobufLog(google::protobuf::LogLevel level, const char* /*file*/, int /*line*/,
                     const std::string& message) {
  const absl::string_view field = UnreadableFieldIn(message);
  if (field.empty()) {
    Log(SeverityOf(level), "protobuf", {{"text", message}});
  } else {
    unreadable_field = std::string(field);
  }
}

// "package.Service/Method" without the slash before it.
absl::string_view MethodOf(const ServerRpcInfo& call) {
  absl::string_view method = call.method();
  absl::ConsumePrefix(&method, "/");
  return method;
}

// As the caller knows it: the name alone for a field of the request itself, with its message for
// one further inside.
std::string FieldPath(absl::string_view method, absl::string_view full_name) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* field = pool->FindFieldByName(std::string(full_name));
  const auto* called = pool->FindMethodByName(absl::StrReplaceAll(method, {{"/", "."}}));
  if (field == nullptr) return std::string(full_name);
  if (called != nullptr && called->input_type() == field->containing_type()) return field->name();
  return absl::StrCat(field->containing_type()->name(), ".", field->name());
}

absl::Status WhyMalformed(absl::string_view method, absl::string_view field) {
  if (!field.empty()) {
    return InvalidField(FieldPath(method, field), "text in UTF-8",
                        "send its characters encoded as UTF-8");
  }
  return InvalidField("request", "the bytes of the method's request message",
                      "generate the client from the published protos");
}

// Lives as long as its call, whose reading and answering never run at the same time.
class Interceptor final : public grpc::experimental::Interceptor {
 public:
  explicit Interceptor(const ServerRpcInfo& call) : call_(call) { unreadable_field.clear(); }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (HasOneRequest() &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        methods->GetRecvMessage() == nullptr) {
      why_ = WhyMalformed(MethodOf(call_), std::exchange(unreadable_field, ""));
    }
    if (!why_.ok() &&
        methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      Log(Severity::kInfo, "rpc",
          {{"method", MethodOf(call_)},
           {"code", CodeLabel(why_.code())},
           {"error", why_.message()}});
      methods->ModifySendStatus(ToGrpc(why_));
    }
    methods->Proceed();
  }

 private:
  // Where the client streams, no message means the end of its stream.
  bool HasOneRequest() const {
    return call_.type() == ServerRpcInfo::Type::UNARY ||
           call_.type() == ServerRpcInfo::Type::SERVER_STREAMING;
  }

  const ServerRpcInfo& call_;
  absl::Status why_;
};

}  // namespace

MalformedRequests::MalformedRequests() { google::protobuf::SetLogHandler(&TakeProtobufLog); }

grpc::experimental::Interceptor* MalformedRequests::CreateServerInterceptor(ServerRpcInfo* call) {
  return new Interceptor(*call);
}

}  // namespace throughline::rpc
