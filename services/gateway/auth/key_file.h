#ifndef THROUGHLINE_SERVICES_GATEWAY_AUTH_KEY_FILE_H_
#define THROUGHLINE_SERVICES_GATEWAY_AUTH_KEY_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace throughline::gateway {

// Takes the key's entry out of a file of API keys and leaves every other line as it is, comments
// included. The file is replaced in one step, with its mode and owner, and is on the disk when this
// returns OK; a link is followed. Errors, with the file untouched: INVALID_ARGUMENT names the file
// and its fault, as ApiKeys::Load does; NOT_FOUND names the id; FAILED_PRECONDITION when entries
// are not written below each other, or the file cannot be replaced.
absl::Status RevokeKey(const std::string& path, absl::string_view id);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_AUTH_KEY_FILE_H_
