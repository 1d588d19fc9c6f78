#ifndef THROUGHLINE_SERVICES_GATEWAY_TRANSCODING_H_
#define THROUGHLINE_SERVICES_GATEWAY_TRANSCODING_H_

#include <google/protobuf/message.h>

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace throughline::gateway {

// Protobuf's JSON, both ways. Reading takes lowerCamelCase and snake_case, and refuses an unknown
// field by name with INVALID_ARGUMENT.

// Merges a JSON object into `message`. An empty text is an empty object.
absl::Status FromJson(absl::string_view json, google::protobuf::Message& message);

// Sets fields from text: numbers, booleans, enum names and RFC 3339 times as JSON would have them
// within quotes. A dot enters a message: "filter.callId".
absl::Status FromFields(const std::map<std::string, std::string>& fields,
                        google::protobuf::Message& message);

// One line; unset scalars and empty lists written out, so that every answer has the same shape.
// INTERNAL for what JSON cannot hold.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_TRANSCODING_H_
