#ifndef THROUGHLINE_SERVICES_CLI_OUTPUT_JSON_H_
#define THROUGHLINE_SERVICES_CLI_OUTPUT_JSON_H_

#include <google/protobuf/message.h>

#include <iosfwd>

#include "absl/status/status.h"

namespace throughline::cli {

// Writes the message as protobuf JSON on one line: field names in lowerCamelCase, unset scalars and
// empty lists written out so that every answer has the same shape. INTERNAL when the message holds
// what JSON cannot (a time outside the years 1 to 9999).
absl::Status WriteJsonLine(const google::protobuf::Message& message, std::ostream& out);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_OUTPUT_JSON_H_
