#ifndef THROUGHLINE_SERVICES_GATEWAY_PROBLEM_H_
#define THROUGHLINE_SERVICES_GATEWAY_PROBLEM_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/gateway/http/message.h"

namespace throughline::gateway {

// The HTTP status for an error code: google.rpc.Code's mapping, but 409 for a conflict of state
// (ALREADY_EXISTS, ABORTED, FAILED_PRECONDITION).
int HttpStatus(absl::StatusCode code);

// The error as application/problem+json (RFC 9457): type, title, status, detail, requestId, and
// `errors` with each refused field. Retry-After when the error says when to come back. What stands
// in INTERNAL and UNKNOWN errors stays in our log.
HttpResponse Problem(const absl::Status& status, absl::string_view request_id);

// The same for what never became a Status.
HttpResponse Problem(int http_status, absl::string_view detail, absl::string_view request_id);

}  // namespace throughline::gateway

#endif  // THROUGHLINE_SERVICES_GATEWAY_PROBLEM_H_
