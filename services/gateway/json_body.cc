#include "services/gateway/json_body.h"

#include "absl/strings/str_cat.h"
#include "common/base/errors.h"
#include "common/base/status_macros.h"
#include "common/json/json_text.h"

namespace throughline::gateway {

using Json = nlohmann::ordered_json;

absl::StatusOr<Json> ReadJson(absl::string_view body) {
  absl::StatusOr<Json> json = json_text::Read<Json>(body, kMaxJsonDepth);
  if (absl::IsOutOfRange(json.status())) {
    return InvalidField("body", absl::StrCat("at most ", kMaxJsonDepth, " levels of JSON"),
                        "flatten it");
  }
  if (!json.ok()) {
    return InvalidField("body", "JSON", absl::StrCat("correct it: ", json.status().message()));
  }
  return json;
}

absl::StatusOr<Json> ReadJsonObject(absl::string_view body) {
  ASSIGN_OR_RETURN(Json value, ReadJson(body));
  if (!value.is_object()) return InvalidField("body", "a JSON object", "correct it");
  return absl::StatusOr<Json>(absl::in_place, std::move(value));
}

std::string StringAt(const Json& value, const char* key) {
  if (!value.is_object()) return "";
  const auto found = value.find(key);
  return found != value.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace throughline::gateway
