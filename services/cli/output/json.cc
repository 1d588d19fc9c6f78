#include "services/cli/output/json.h"

#include <google/protobuf/util/json_util.h>

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"

namespace throughline::cli {

absl::Status WriteJsonLine(const google::protobuf::Message& message, std::ostream& out) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string line;
  const auto status = google::protobuf::util::MessageToJsonString(message, &line, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("answer: expected a ", message.GetTypeName(),
                     " that can be written as JSON; leave out --json to read it as text"));
  }
  out << line << '\n';
  return absl::OkStatus();
}

}  // namespace throughline::cli
