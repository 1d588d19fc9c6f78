#include "services/gateway/surfaces/rpc_route.h"

#include <google/protobuf/descriptor.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/base/errors.h"

namespace throughline::gateway {

absl::Status BindPath(const std::map<std::string, std::string>& path,
                      google::protobuf::Message& message) {
  for (const auto& [name, value] : path) {
    const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->cpp_type() != field->CPPTYPE_STRING) {
      return absl::InternalError("a path names a field that its request has not");
    }
    const std::string given = message.GetReflection()->GetString(message, field);
    if (!given.empty() && given != value) {
      return InvalidField(name, "the value that stands in the path", "leave it out of the body");
    }
    message.GetReflection()->SetString(&message, field, value);
  }
  return absl::OkStatus();
}

absl::Status ReadJsonBody(const HttpRequest& request, google::protobuf::Message& message) {
  const absl::string_view type = request.Header("content-type");
  if (!type.empty() && !absl::StrContains(absl::AsciiStrToLower(type), "json")) {
    return InvalidField("Content-Type", "application/json", "send the body as JSON");
  }
  return FromJson(request.body, message);
}

}  // namespace throughline::gateway
