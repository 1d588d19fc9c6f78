#include "services/gateway/transcoding.h"

#include <google/protobuf/util/json_util.h>
#include <re2/re2.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/errors.h"

namespace throughline::gateway {
namespace {

// The name as JSON writes it; the parser says some names as the proto file does.
std::string JsonName(absl::string_view field) {
  std::string name;
  bool upper = false;
  for (const char c : field) {
    if (c != '_') name.push_back(upper ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c);
    upper = c == '_';
  }
  return name;
}

// What the parser says of a field: "(call.callDate) foo: Cannot find field." or
// "(pageSize): invalid value "x" for type TYPE_INT32".
absl::Status ExplainParseError(absl::string_view said) {
  static const RE2 unknown(R"(^(?:\(([^)]*)\) )?([^:\s]+): Cannot find field)");
  static const RE2 invalid(R"(^\(?([A-Za-z0-9_.\[\]]+)\)?: (.*))");
  std::string parent, field, why;
  const re2::StringPiece text(said.data(), said.size());
  if (RE2::PartialMatch(text, unknown, &parent, &field)) {
    return InvalidField(parent.empty() ? field : absl::StrCat(parent, ".", field), "no such field",
                        "remove it, or correct its name");
  }
  if (RE2::PartialMatch(text, invalid, &field, &why)) {
    return InvalidField(JsonName(field), "a value of the field's type", absl::StrCat("got ", why));
  }
  return InvalidField("body", "a JSON object", absl::StrCat("correct it (", said, ")"));
}

}  // namespace

absl::Status FromJson(absl::string_view json, google::protobuf::Message& message) {
  if (json.empty()) return absl::OkStatus();
  // The parser clears what it writes to, and `message` may hold fields from elsewhere already.
  const std::unique_ptr<google::protobuf::Message> parsed(message.New());
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), parsed.get());
  if (status.ok()) {
    message.MergeFrom(*parsed);
    return absl::OkStatus();
  }
  return ExplainParseError({status.message().data(), status.message().size()});
}

absl::Status FromFields(const std::map<std::string, std::string>& fields,
                        google::protobuf::Message& message) {
  if (fields.empty()) return absl::OkStatus();
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [path, value] : fields) {
    nlohmann::json* place = &object;
    const std::vector<std::string> steps = absl::StrSplit(path, '.');
    for (size_t i = 0; i + 1 < steps.size(); ++i) {
      place = &(*place)[steps[i]];
      if (!place->is_object() && !place->is_null()) {
        return InvalidField(path, "one value", "name each parameter once");
      }
    }
    if (place->is_null()) *place = nlohmann::json::object();
    (*place)[steps.back()] = value;
  }
  return FromJson(object.dump(), message);
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    return absl::InternalError(absl::StrCat("cannot write a ", message.GetTypeName(), " as JSON"));
  }
  return json;
}

}  // namespace throughline::gateway
