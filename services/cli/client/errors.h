#ifndef THROUGHLINE_SERVICES_CLI_CLIENT_ERRORS_H_
#define THROUGHLINE_SERVICES_CLI_CLIENT_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace throughline::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// What a failed command says: one line "throughline: <what>: expected …; <next step>" without its
// line feed, whatever the server sent.
std::string ErrorLine(const absl::Status& status);

// `status` of a call to `address`, which the user named with `flag`, with a next step where the
// code tells one and the message has none.
absl::Status Explain(const absl::Status& status, absl::string_view flag, absl::string_view address);

}  // namespace throughline::cli

#endif  // THROUGHLINE_SERVICES_CLI_CLIENT_ERRORS_H_
