#include "services/gateway/json_body.h"

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"

namespace throughline::gateway {
namespace {

using json = nlohmann::ordered_json;

bool IsTooDeep(absl::string_view body) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '}' || c == ']') --depth;
    if ((c == '{' || c == '[') && ++depth > kMaxJsonDepth) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<json> ReadJson(absl::string_view body) {
  if (IsTooDeep(body)) {
    return InvalidField("body", absl::StrCat("at most ", kMaxJsonDepth, " levels of JSON"),
                        "flatten it");
  }
  json value = json::parse(body.begin(), body.end(), nullptr, false);
  if (value.is_discarded()) return InvalidField("body", "JSON", "correct it");
  return absl::StatusOr<json>(absl::in_place, std::move(value));
}

absl::StatusOr<json> ReadJsonObject(absl::string_view body) {
  ASSIGN_OR_RETURN(json value, ReadJson(body));
  if (!value.is_object()) return InvalidField("body", "a JSON object", "correct it");
  return absl::StatusOr<json>(absl::in_place, std::move(value));
}

std::string StringAt(const json& value, const char* key) {
  if (!value.is_object()) return "";
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace throughline::gateway
