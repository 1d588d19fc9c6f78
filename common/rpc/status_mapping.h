#ifndef THROUGHLINE_COMMON_RPC_STATUS_MAPPING_H_
#define THROUGHLINE_COMMON_RPC_STATUS_MAPPING_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace throughline::rpc {

// The domain of every google.rpc.ErrorInfo that we send.
inline constexpr char kErrorDomain[] = "throughline";

// What goes on the wire for `status`: the same code, with google.rpc details made of the payloads
// of common/base/errors.h: ErrorInfo (always; the reason is the code's name unless WithReason set
// one), BadRequest, RetryInfo. The message of INTERNAL, UNKNOWN and DATA_LOSS may hold a driver's
// text, so it is replaced by one that names `request_id`; the caller logs the original.
grpc::Status ToGrpc(const absl::Status& status, absl::string_view request_id = "");

// The inverse: code, message, reason, field violations and retry delay survive the round trip.
absl::Status FromGrpc(const grpc::Status& status);

// The code as go-grpc-prometheus spells it: "OK", "NotFound", "ResourceExhausted".
absl::string_view CodeLabel(absl::StatusCode code);

}  // namespace throughline::rpc

#endif  // THROUGHLINE_COMMON_RPC_STATUS_MAPPING_H_
