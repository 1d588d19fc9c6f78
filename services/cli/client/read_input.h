#ifndef THROUGHLINE_SERVICES_CLI_CLIENT_READ_INPUT_H_
#define THROUGHLINE_SERVICES_CLI_CLIENT_READ_INPUT_H_

#include <cstddef>
#include <iosfwd>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace throughline::cli {

// The bytes of the file at `path`, or of `standard_input` for "-"; never more than `max_bytes`.
// NOT_FOUND when it cannot be read, INVALID_ARGUMENT when it is larger; both name `field`.
absl::StatusOr<std::string> ReadInput(const std::string& path, std::istream& standard_input,
                                      size_t max_bytes, absl::string_view field);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_CLIENT_READ_INPUT_H_
