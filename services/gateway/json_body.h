#ifndef THROUGHLINE_SERVICES_GATEWAY_JSON_BODY_H_
#define THROUGHLINE_SERVICES_GATEWAY_JSON_BODY_H_

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Bodies that are read as JSON values, with their order kept. Whoever sent them may have sent
// anything: no function here throws, whatever the value is.
namespace throughline::gateway {

// Copying and printing a value takes stack for each level.
inline constexpr int kMaxJsonDepth = 100;

// INVALID_ARGUMENT names `body` when it is no JSON, or nested deeper than kMaxJsonDepth.
absl::StatusOr<nlohmann::ordered_json> ReadJson(absl::string_view body);
// The same for bodies that must be objects.
absl::StatusOr<nlohmann::ordered_json> ReadJsonObject(absl::string_view body);

// The string at `key`; empty when there is none, or when `value` is no object.
std::string StringAt(const nlohmann::ordered_json& value, const char* key);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_JSON_BODY_H_
